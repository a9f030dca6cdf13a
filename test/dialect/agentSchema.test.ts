import type { Json } from '../../src/base/json.ts';
import { callTool, fail, say, type Step } from '../support/scriptedModel.ts';
import { runRows, type Row } from './support/rows.ts';
import { attempts, causes, ends, lastMessages, prompts, requests } from './support/sights.ts';

const submit = (value: Json): Step => callTool('submit_result', value);
const object = (x: Json): Json => ({ type: 'object', properties: { x }, required: ['x'] });
const ask = (schema: Json, more = ''): string =>
  `return agent('a', { schema: ${JSON.stringify(schema)}${more} })`;

/** A value that does not fit goes back with the validator's message; one that fits is the answer. */
function feature(
  title: string,
  schema: Json,
  values: { bad: Json; good: Json; says: RegExp },
): Row {
  const { bad, good, says } = values;
  const seen = (text: unknown): boolean => typeof text === 'string' && says.test(text);
  return [
    title,
    ask(schema),
    good,
    {
      agents: { a: [submit(bad), submit(good)] },
      sees: [
        [(bench) => lastMessages(bench).map(seen), [false, true]],
        [attempts, 1],
      ],
    },
  ];
}

const x = (value: Json): Json => ({ x: value });

runRows('schema: what must work', [
  feature('type string', object({ type: 'string' }), {
    bad: x(7),
    good: x('7'),
    says: /answer\/x must be string/u,
  }),
  feature('type integer', object({ type: 'integer' }), {
    bad: x(1.5),
    good: x(1),
    says: /answer\/x must be integer/u,
  }),
  feature('type number', object({ type: 'number' }), {
    bad: x('1'),
    good: x(1.5),
    says: /must be number/u,
  }),
  feature('type boolean', object({ type: 'boolean' }), {
    bad: x('true'),
    good: x(true),
    says: /must be boolean/u,
  }),
  feature('type array with items', object({ type: 'array', items: { type: 'string' } }), {
    bad: x(['a', 1]),
    good: x(['a', 'b']),
    says: /answer\/x\/1 must be string/u,
  }),
  feature('a list of types, null among them', object({ type: ['string', 'null'] }), {
    bad: x(7),
    good: x(null),
    says: /must be string,null/u,
  }),
  feature('anyOf', object({ anyOf: [{ type: 'string' }, { type: 'integer' }] }), {
    bad: x(true),
    good: x(7),
    says: /must match a schema in anyOf/u,
  }),
  feature('oneOf', object({ oneOf: [{ type: 'string', maxLength: 1 }, { type: 'null' }] }), {
    bad: x('ab'),
    good: x(null),
    says: /must match exactly one schema in oneOf/u,
  }),
  feature('allOf', object({ allOf: [{ minimum: 2 }, { maximum: 4 }] }), {
    bad: x(5),
    good: x(3),
    says: /must be <= 4/u,
  }),
  feature('enum', object({ enum: ['low', 'high'] }), {
    bad: x('middle'),
    good: x('high'),
    says: /must be equal to one of the allowed values/u,
  }),
  feature('const', object({ const: 'yes' }), {
    bad: x('no'),
    good: x('yes'),
    says: /must be equal to constant/u,
  }),
  feature('pattern', object({ type: 'string', pattern: '^[a-z]+-\\d+$' }), {
    bad: x('A-1'),
    good: x('a-1'),
    says: /must match pattern/u,
  }),
  feature('format date', object({ type: 'string', format: 'date' }), {
    bad: x('31.12.2024'),
    good: x('2024-12-31'),
    says: /must match format "date"/u,
  }),
  feature('format date-time', object({ type: 'string', format: 'date-time' }), {
    bad: x('2024-12-31'),
    good: x('2024-12-31T10:00:00Z'),
    says: /must match format "date-time"/u,
  }),
  feature('format email', object({ type: 'string', format: 'email' }), {
    bad: x('nobody'),
    good: x('a@example.org'),
    says: /must match format "email"/u,
  }),
  feature('format uri', object({ type: 'string', format: 'uri' }), {
    bad: x('not a uri'),
    good: x('https://example.org/'),
    says: /must match format "uri"/u,
  }),
  feature('format uuid', object({ type: 'string', format: 'uuid' }), {
    bad: x('1'),
    good: x('123e4567-e89b-42d3-a456-426614174000'),
    says: /must match format "uuid"/u,
  }),
  feature('minLength', object({ type: 'string', minLength: 3 }), {
    bad: x('ab'),
    good: x('abc'),
    says: /must NOT have fewer than 3 characters/u,
  }),
  feature('maxLength', object({ type: 'string', maxLength: 2 }), {
    bad: x('abc'),
    good: x('ab'),
    says: /must NOT have more than 2 characters/u,
  }),
  feature('minItems', object({ type: 'array', minItems: 2 }), {
    bad: x([1]),
    good: x([1, 2]),
    says: /must NOT have fewer than 2 items/u,
  }),
  feature('maxItems', object({ type: 'array', maxItems: 1 }), {
    bad: x([1, 2]),
    good: x([1]),
    says: /must NOT have more than 1 items/u,
  }),
  feature('uniqueItems', object({ type: 'array', uniqueItems: true }), {
    bad: x([1, 1]),
    good: x([1, 2]),
    says: /must NOT have duplicate items/u,
  }),
  feature('minimum', object({ type: 'number', minimum: 1 }), {
    bad: x(0),
    good: x(1),
    says: /must be >= 1/u,
  }),
  feature('exclusiveMaximum', object({ type: 'number', exclusiveMaximum: 1 }), {
    bad: x(1),
    good: x(0),
    says: /must be < 1/u,
  }),
  feature('multipleOf', object({ multipleOf: 5 }), {
    bad: x(7),
    good: x(10),
    says: /must be multiple of 5/u,
  }),
  feature('required', object({ type: 'string' }), {
    bad: {},
    good: x('a'),
    says: /must have required property 'x'/u,
  }),
  feature(
    'additionalProperties: false',
    { type: 'object', properties: { x: {} }, additionalProperties: false },
    { bad: { x: 1, y: 2 }, good: x(1), says: /must NOT have additional properties/u },
  ),
  feature('objects inside objects', object(object({ type: 'string' })), {
    bad: x(x(1)),
    good: x(x('a')),
    says: /answer\/x\/x must be string/u,
  }),
  feature(
    'a reference inside the schema',
    { ...(object({ $ref: '#/$defs/name' }) as object), $defs: { name: { type: 'string' } } },
    { bad: x(1), good: x('a'), says: /must be string/u },
  ),
  feature('an answer that is no object', object({ type: 'string' }), {
    bad: ['a'],
    good: x('a'),
    says: /answer must be object/u,
  }),
  [
    'unknown keywords and formats are ignored',
    ask(object({ type: 'string', format: 'colour', 'x-note': 1 })),
    x('red'),
    { agents: { a: [submit(x('red'))] } },
  ],
  [
    'an empty schema lets any object pass',
    ask({}),
    { anything: [1] },
    { agents: { a: [submit({ anything: [1] })] } },
  ],
  [
    'the answer is an object, not its text',
    `const got = await agent('a', { schema: { type: 'object' } }); return [typeof got, got.list.length]`,
    ['object', 2],
    { agents: { a: [submit({ list: [1, 2] })] } },
  ],
  [
    'a key "constructor" passes',
    ask({ type: 'object' }),
    { constructor: 'x' },
    { agents: { a: [submit({ constructor: 'x' })] } },
  ],
  [
    'the model is told to answer through a tool with that schema',
    ask(object({ type: 'string' })),
    x('a'),
    {
      agents: { a: [submit(x('a'))] },
      sees: [
        [
          requests(({ tools }) => tools.find(({ name }) => name === 'submit_result')?.inputSchema),
          [object({ type: 'string' })],
        ],
      ],
    },
  ],
  [
    'without a schema there is no such tool',
    `return agent('a')`,
    'did a',
    {
      sees: [
        [requests(({ tools }) => tools.some(({ name }) => name === 'submit_result')), [false]],
      ],
    },
  ],
]);

const string = object({ type: 'string' });
const wrong = submit(x(1));
const right = submit(x('a'));
const outcome = (more = ''): string =>
  `return agent.outcome('a', { schema: ${JSON.stringify(string)}${more} }).then((o) => o.error?.code ?? o.value)`;

runRows('structuredRetries', [
  [
    'three answers go back by default',
    outcome(),
    x('a'),
    {
      agents: { a: [wrong, submit(x(2)), submit(x(3)), right] },
      sees: [
        [prompts, ['a', 'a', 'a', 'a']],
        [attempts, 1],
      ],
    },
  ],
  [
    'a fourth wrong answer fails the attempt',
    outcome(', retries: 0'),
    'structured_output_invalid',
    {
      agents: { a: [submit(x(1)), submit(x(2)), submit(x(3)), submit(x(4))] },
      sees: [[prompts, ['a', 'a', 'a', 'a']]],
    },
  ],
  [
    'a new attempt counts anew',
    outcome(', retries: 1, structuredRetries: 1'),
    x('a'),
    { agents: { a: [wrong, wrong, wrong, right] }, sees: [[attempts, 2]] },
  ],
  [
    '0 sends none back',
    outcome(', retries: 0, structuredRetries: 0'),
    'structured_output_invalid',
    { agents: { a: [wrong, right] }, sees: [[prompts, ['a']]] },
  ],
  [
    '1 sends one back',
    outcome(', retries: 0, structuredRetries: 1'),
    x('a'),
    { agents: { a: [wrong, right] } },
  ],
  [
    'plain text is a wrong answer, too',
    outcome(', retries: 0, structuredRetries: 1'),
    x('a'),
    {
      agents: { a: [say('{"x":"a"}'), right] },
      sees: [[(bench) => lastMessages(bench), [null, 'Give the answer by calling submit_result.']]],
    },
  ],
  [
    'plain text alone fails',
    outcome(', retries: 0, structuredRetries: 1'),
    'structured_output_invalid',
    { agents: { a: [say('no')] }, sees: [[prompts, ['a', 'a']]] },
  ],
  [
    'agent() resolves to null after them',
    `return agent('a', { schema: ${JSON.stringify(string)}, retries: 0, structuredRetries: 0 })`,
    null,
    {
      agents: { a: [wrong] },
      sees: [
        [ends, ['failed structured_output_invalid']],
        [causes, ['After 1 tries: answer/x must be string.']],
      ],
    },
  ],
  [
    'a failure of the model is none of them',
    outcome(', retries: 0'),
    'model_refused',
    { agents: { a: [wrong, fail('model_refused')] } },
  ],
]);
