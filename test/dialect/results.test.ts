import { say } from '../support/scriptedModel.ts';
import { failedAs, META, runRows, threw, type Row } from './support/rows.ts';
import { resultOf } from './support/dialectBench.ts';
import { runError, status } from './support/sights.ts';

const CHARS = 4 * 1024 * 1024;
const unfit = (title: string, expression: string, problem: string): Row => [
  title,
  `return ${expression}`,
  failedAs('script_result', `The script's result must be JSON, and ${problem}.`),
  { sees: [[status, 'failed']] },
];

runRows('Results', [
  ['undefined counts as null', `return undefined`, null, { sees: [[resultOf, null]] }],
  ['a bare return counts as null', `return`, null],
  ...['null', 'true', '0', '-1.5', `''`, `'text'`, '[]', '{}', `[1, [2, { a: null }]]`].map(
    (text): Row => [
      `${text} survives`,
      `return ${text}`,
      JSON.parse(text.replaceAll("'", '"').replace('a:', '"a":')),
      { sees: [[status, 'completed']] },
    ],
  ),
  ['a key that is undefined is left out', `return { a: undefined, b: 1 }`, { b: 1 }],
  ['an element that is undefined is null', `return [undefined, 1]`, [null, 1]],
  ['a date is its text', `return { at: new Date(0) }`, { at: '1970-01-01T00:00:00.000Z' }],
  ['what has toJSON is what that gives', `return { toJSON() { return { a: 1 } } }`, { a: 1 }],
  ['a promise is waited for', `return agent('a')`, 'did a'],
  [
    'the same value twice is no cycle',
    `const x = { n: 1 }; return [x, { x }]`,
    [{ n: 1 }, { x: { n: 1 } }],
  ],
  [
    'an instance of a class gives its own keys',
    `class Point { x = 1; #y = 2; get z() { return 3 } } return new Point()`,
    { x: 1 },
  ],
  [
    'a key "constructor" passes',
    `return { constructor: 'x', prototype: 1, toString: 'y', hasOwnProperty: 2 }`,
    { constructor: 'x', prototype: 1, toString: 'y', hasOwnProperty: 2 },
  ],
  [
    'texts in other scripts, and half of a pair',
    `return ['漢字 😀', '\\ud83d']`,
    ['漢字 😀', '\ud83d'],
  ],
  unfit(
    'a cycle names the place',
    `(() => { const a = { list: [] }; a.list.push({ back: a }); return a })()`,
    'result.list[0].back refers back to itself',
  ),
  unfit('a BigInt names the place', `{ deep: [0, { n: 1n }] }`, 'result.deep[1].n is a bigint'),
  unfit('a function names the place', `[{ run() {} }]`, 'result[0].run is a function'),
  unfit('a symbol names the place', `{ s: Symbol('s') }`, 'result.s is a symbol'),
  unfit('NaN names the place', `{ sum: NaN }`, 'result.sum is NaN'),
  unfit('Infinity names the place', `[1, Infinity]`, 'result[1] is Infinity'),
  unfit(
    'a Map names the place',
    `{ m: new Map([[1, 2]]) }`,
    'result.m is a Map; use an array or an object',
  ),
  unfit('a Set names the place', `[new Set()]`, 'result[0] is a Set; use an array or an object'),
  unfit(
    'a key "__proto__" names the place',
    `JSON.parse('{"a":{"__proto__":1}}')`,
    'result.a has a key "__proto__"',
  ),
  unfit(
    'a getter that throws',
    `{ get a() { throw new Error('no') } }`,
    'result cannot be read: Error: no',
  ),
  [
    'a "__proto__" in a literal only sets the prototype',
    `return { __proto__: { a: 1 }, b: 2 }`,
    { b: 2 },
  ],
]);

runRows('4 MiB of JSON text each way', [
  ['a result of exactly so much passes', `return 'x'.repeat(${CHARS - 2}).length`, CHARS - 2],
  [
    'a result of exactly so much comes out whole',
    `return 'x'.repeat(${CHARS - 2})`,
    'x'.repeat(CHARS - 2),
  ],
  unfit('a result of more is an error', `'x'.repeat(${CHARS - 1})`, 'result is too large'),
  [
    'a prompt of more is an error, not a crash',
    `return agent('x'.repeat(${CHARS})).then(() => 'resolved', (e) => [e.name, e.message])`,
    ['RangeError', `The prompt and options of agent() is larger than ${CHARS} characters of JSON.`],
  ],
  [
    'an answer of more is an error, not a crash',
    `return agent('a').then(() => 'resolved', (e) => [e.name, e.message])`,
    ['RangeError', 'The agent’s answer is too large to hand to the script.'],
    { agents: { a: [say('x'.repeat(CHARS))] } },
  ],
  [
    'an answer of so much passes',
    `return (await agent('a')).length`,
    CHARS - 2,
    { agents: { a: [say('x'.repeat(CHARS - 2))] } },
  ],
  [
    'args of a child of more are an error',
    `return workflow('c', 'x'.repeat(${CHARS})).catch((e) => e.message)`,
    'The args of workflow() must be JSON, and args is too large.',
    { files: { '.muster/workflows/c.js': `${META.replace("'w'", "'c'")}return 1` } },
  ],
  [
    'a verify() call of more is an error',
    `return verify({ command: 'x'.repeat(${CHARS}) }).catch((e) => e.name)`,
    'RangeError',
  ],
  [
    'a gate of more is an error',
    `return gate('x'.repeat(${CHARS})).catch((e) => e.name)`,
    'RangeError',
  ],
  [
    'a file of more is an error that can be caught',
    `try { return read('big.txt').length } catch (e) { return e instanceof Error }`,
    true,
    { files: { 'big.txt': 'x'.repeat(CHARS + 10) } },
  ],
]);

const whole = (
  source: string,
  given: unknown,
  shown?: string,
): readonly [string, unknown, { source: string; sees?: [[typeof runError, string]] }] => [
  '',
  given,
  shown === undefined ? { source } : { source, sees: [[runError, shown]] },
];

runRows('An uncaught throw', [
  [
    'has message, line and column',
    `const a = 1;\n  throw new Error('here');`,
    threw('here', 3, 13),
    {
      sees: [
        [runError, 'here (line 3, column 13)'],
        [status, 'failed'],
      ],
    },
  ],
  ['has the name of the error', `throw new TypeError('bad')`, threw('TypeError: bad', 2, 11)],
  [
    'of the engine has its place',
    `const x = null;\nx.y;`,
    threw("TypeError: cannot read property 'y' of null", 3, 1),
  ],
  [
    'in a function has the place in the function',
    `function f() {\n  throw new Error('deep');\n}\nf();`,
    threw('deep', 3, 13),
  ],
  [
    'after an await has its place',
    `await agent('a');\nthrow new Error('late');`,
    threw('late', 3, 11),
  ],
  [
    'in a callback has its place',
    `[1].forEach((n) => {\n  throw new Error('inside');\n});`,
    threw('inside', 3, 13),
  ],
  ['of a text', `throw 'just text'`, threw('just text')],
  ['of an object', `throw { code: 7 }`, threw('{"code":7}')],
  ['of undefined and null', `throw undefined`, threw('undefined')],
  [
    'a rejected promise that is awaited',
    `\nawait Promise.reject(new Error('rejected'));`,
    threw('rejected', 3, 26),
  ],
  [
    'behind a long comment',
    ...whole(
      `${'// remark\n'.repeat(500)}${META}throw new Error('x');`,
      threw('x', 502, 11),
      'x (line 502, column 11)',
    ),
  ],
  [
    'behind a block comment on meta’s line',
    ...whole(`/* a\n b */ ${META}throw new Error('x');`, threw('x', 3, 11)),
  ],
  [
    'with CRLF line ends',
    ...whole(`// one\r\n${META.trimEnd()}\r\n\r\n  throw new Error('x');\r\n`, threw('x', 4, 13)),
  ],
  ['behind a byte order mark', ...whole(`\ufeff${META}throw new Error('x');`, threw('x', 2, 11))],
  ['on meta’s own line', ...whole(`${META.trimEnd()} throw new Error('x');`, threw('x', 1, 64))],
  [
    'behind other scripts on its line',
    `const 名 = '漢字'; throw new Error('x');`,
    threw('x', 2, 27),
  ],
  [
    'behind an emoji, counted as editors do',
    `const a = '😀😀'; throw new Error('x');`,
    threw('x', 2, 29),
  ],
  ['behind a tab', `\tthrow new Error('x');`, threw('x', 2, 12)],
  ['with a message of several lines', `throw new Error('a\\nb')`, threw('a\nb', 2, 11)],
  [
    'a wait that nothing can end',
    `await new Promise(() => {})`,
    failedAs('script_never_settles', 'The script waits for a promise that nothing can settle.'),
  ],
]);
