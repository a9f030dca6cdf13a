import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Json } from '../../../../src/base/json.ts';
import { stubFromSchema } from '../../../../src/core/estimate/stubs/stubFromSchema.ts';
import { stubForPattern } from '../../../../src/core/estimate/stubs/stubPattern.ts';

type JsonObject = { readonly [key: string]: Json };

const ajv = new Ajv({ strict: false });
addFormats(ajv);
const paths = ['a.ts', 'b.ts'];

/** Compares what both stubs answer, and has the schema's own validator agree. */
function check(schema: JsonObject, generous: Json, lean: Json): void {
  for (const [kind, expected] of [
    ['generous', generous],
    ['lean', lean],
  ] as const) {
    const value = stubFromSchema({ kind, schema, salt: 1, paths });
    assert.deepEqual(value, expected, kind);
    assert.ok(ajv.validate(schema, value), `${kind}: ${ajv.errorsText()}`);
  }
}

describe('A stub answers', () => {
  const cases: readonly (readonly [string, JsonObject, Json, Json])[] = [
    ['a boolean', { type: 'boolean' }, true, false],
    ['an enum', { enum: ['first', 'middle', 'last'] }, 'first', 'last'],
    ['a constant', { const: 7 }, 7, 7],
    ['what may be null', { type: ['string', 'null'] }, 'stub 1.1', null],
    ['a nullable branch', { anyOf: [{ type: 'boolean' }, { type: 'null' }] }, true, null],
    ['branches', { oneOf: [{ type: 'boolean' }, { type: 'integer', minimum: 5 }] }, true, 5],
    ['a free number', { type: 'number' }, 3, 0],
    ['a bounded number', { type: 'number', minimum: 0.5, maximum: 1 }, 1, 0.5],
    ['a percentage', { type: 'integer', minimum: 0, maximum: 100 }, 100, 0],
    ['a number with a wide bound', { type: 'integer', minimum: 10, maximum: 1e9 }, 10, 10],
    ['steps', { type: 'integer', minimum: 4, maximum: 22, multipleOf: 5 }, 20, 5],
    ['an open interval', { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 }, 8, 1],
    ['a negative number', { type: 'integer', maximum: -2 }, -2, -2],
    ['an array', { type: 'array', items: { type: 'integer' } }, [3, 3, 3], []],
    [
      'array bounds',
      { type: 'array', items: {}, minItems: 1, maxItems: 2 },
      ['stub 1.1', 'stub 1.2'],
      ['stub 1.1'],
    ],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'boolean' }, { const: 1 }], minItems: 2 },
      [true, 1],
      [false, 1],
    ],
    [
      'different choices',
      { type: 'array', uniqueItems: true, minItems: 2, items: { enum: ['a', 'b', 'c', 'd'] } },
      ['a', 'b', 'c'],
      ['a', 'b'],
    ],
    [
      'an object, in full or with what it must have',
      {
        type: 'object',
        properties: {
          name: { type: 'string' },
          note: { type: 'string' },
          path: { type: 'string' },
        },
        required: ['name'],
      },
      { name: 'name 1.1', note: 'note 1.2', path: 'a.ts' },
      { name: 'name 1.1' },
    ],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'boolean' } },
      { key1: true, key2: true, key3: true },
      {},
    ],
    [
      'references and joins',
      {
        $defs: {
          id: { type: 'integer', minimum: 1 },
          named: { properties: { name: { const: 'n' } }, required: ['name'] },
        },
        type: 'object',
        allOf: [{ $ref: '#/$defs/named' }],
        properties: { id: { $ref: '#/$defs/id' } },
        required: ['id'],
      },
      { name: 'n', id: 3 },
      { name: 'n', id: 1 },
    ],
    ['lengths', { type: 'string', minLength: 12, maxLength: 13 }, 'stub 1.1xxxx', 'stub 1.1xxxx'],
    ['a date', { type: 'string', format: 'date' }, '2020-01-02', '2020-01-02'],
    ['a pattern', { type: 'string', pattern: '^[A-Z]{2}-\\d+$', minLength: 6 }, 'AA-000', 'AA-000'],
    ['no type at all', {}, 'stub 1.1', 'stub 1.1'],
  ];
  for (const [name, schema, generous, lean] of cases) {
    it(name, () => check(schema, generous, lean));
  }

  for (const format of [
    'date-time',
    'time',
    'email',
    'hostname',
    'uri',
    'uuid',
    'ipv4',
    'ipv6',
    'duration',
  ]) {
    it(`the format ${format}, otherwise each time`, () => {
      const schema = {
        type: 'array',
        uniqueItems: true,
        minItems: 3,
        items: { type: 'string', format },
      };
      const value = stubFromSchema({ kind: 'lean', schema, salt: 7, paths });
      assert.ok(ajv.validate(schema, value), `${JSON.stringify(value)}: ${ajv.errorsText()}`);
    });
  }

  it('another question with other texts, and the same with the same', () => {
    const of = (salt: number) => stubFromSchema({ kind: 'lean', schema: {}, salt, paths });
    assert.deepEqual([of(1), of(1), of(2)], ['stub 1.1', 'stub 1.1', 'stub 2.1']);
  });

  it('a schema that refers to itself with an end', () => {
    const schema = {
      type: 'object',
      properties: { next: { $ref: '#' }, all: { type: 'array', items: { $ref: '#' } } },
    };
    const text = JSON.stringify(stubFromSchema({ kind: 'generous', schema, salt: 1, paths }));
    assert.ok(text.length < 100_000, `${text.length} characters`);
    const loop = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } };
    assert.equal(stubFromSchema({ kind: 'lean', schema: loop, salt: 1, paths }), 'stub 1.1');
  });

  const self = { $ref: '#' };
  const hostile: readonly (readonly [string, JsonObject])[] = [
    ['huge bounds', { type: 'array', minItems: 1e9, items: { type: 'string', minLength: 1e9 } }],
    ['huge bounds in huge bounds', { type: 'array', minItems: 1e9, items: self }],
    ['many ways to itself', { allOf: [self, self, self, self, self, self, self, self] }],
    ['many choices of itself', { anyOf: [{ anyOf: [self, self] }, self], allOf: [self, self] }],
    ['required that grows', { required: ['a', 'b', 'c', 'd', 'e'], additionalProperties: self }],
    ['nested counts', { type: 'string', pattern: '^(((a{1000}){1000}){1000}){1000}$' }],
    ['nested plus', { type: 'string', pattern: '^((((a+)+)+)+)+$', minLength: 900 }],
    ['endless groups', { type: 'string', pattern: '('.repeat(100_000) }],
    ['a reserved key', { required: ['__proto__'], properties: {} }],
    ['nonsense', { type: 7, enum: 'x', items: 3, properties: [], required: 'a', minItems: -1 }],
  ];
  for (const [name, schema] of hostile) {
    it(`${name} with little, and soon`, () => {
      const text = JSON.stringify(stubFromSchema({ kind: 'generous', schema, salt: 1, paths }));
      assert.ok(text.length < 5_000_000, `${text.length} characters`);
    });
  }
});

describe('A pattern', () => {
  const known = [
    '^abc$',
    '^[a-f0-9]{40}$',
    '^v?\\d+\\.\\d+\\.\\d+$',
    '^(feat|fix)(\\([a-z]+\\))?: .+$',
    '^[^\\s/]+/[^\\s/]+$',
    '^\\w+@\\w+\\.com$',
    '^(?:[A-Z][a-z]*)+$',
    '^#[0-9A-Fa-f]{3,6}$',
    '^[-+]?[0-9]+$',
    '[\\]a-c\\-]{2}',
    '^$',
    '^a{2,}$',
    '^[a-z]+?$',
    '^\\/\\.\\*$',
  ];
  for (const pattern of known) {
    it(`${pattern} has a text, also a longer one`, () => {
      for (const index of [0, 1, 2]) {
        const text = stubForPattern(pattern, { index, minLength: 0 });
        assert.match(text ?? assert.fail('no text'), new RegExp(pattern, 'u'));
      }
    });
  }

  it('is as long as it must be', () => {
    assert.equal(stubForPattern('^[a-z]+$', { index: 0, minLength: 20 })?.length, 33);
    assert.equal(stubForPattern('^abc$', { index: 0, minLength: 20 }), null);
  });

  for (const pattern of ['^(?=a)b$', '(a)\\1', '\\bword', '\\p{L}', '[a', '(a', 'a{9999}', '*']) {
    it(`${pattern} is not guessed at`, () => {
      assert.equal(stubForPattern(pattern, { index: 0, minLength: 0 }), null);
    });
  }
});
