import assert from 'node:assert/strict';
import {
  openSandbox,
  runBody,
  ScriptedHost,
  valueOf,
  type HostScript,
  type RunOptions,
} from '../support/sandbox.ts';

const runner = openSandbox({ computeMs: 5000 });
after(() => runner.dispose());

/** Runs a body and compares its value, or its failure. */
async function check(
  body: string,
  expected: unknown,
  answers: HostScript = {},
  options: RunOptions = {},
): Promise<ScriptedHost> {
  const host = new ScriptedHost(answers);
  assert.deepEqual(valueOf(await runBody(runner, body, host, options)), expected);
  return host;
}

function failure(code: string, message: string, position?: readonly [number, number | null]) {
  const [line, column] = position ?? [null, null];
  return { code, message, line, column };
}

describe('built-ins of the sandbox', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    [`return new URL('../../x?q=1', 'https://a.b/c/d').href`, 'https://a.b/x?q=1'],
    [`return new URLSearchParams('a=1&a=2').getAll('a')`, ['1', '2']],
    [`return new TextDecoder().decode(new TextEncoder().encode('é😀'))`, 'é😀'],
    [
      `const o = { a: new Date(0), m: new Map([[1, 2]]) }; const c = structuredClone(o); return [c.a.getTime(), c.m.get(1), c !== o]`,
      [0, 2, true],
    ],
    [`return new Date(0).toISOString()`, '1970-01-01T00:00:00.000Z'],
    [`return new Date(2020, 0, 1).toISOString()`, '2020-01-01T00:00:00.000Z'],
    [`return new Date(0).getTimezoneOffset()`, 0],
    [
      `return [Date.UTC(2020, 0, 1), Date.parse('2020-01-01'), new Date(5) instanceof Date]`,
      [1577836800000, 1577836800000, true],
    ],
    [`return [1, 2, 3].toSorted((a, b) => b - a).with(0, 9)`, [9, 2, 1]],
    [`return Object.groupBy([1, 2], (n) => (n % 2 ? 'odd' : 'even'))`, { odd: [1], even: [2] }],
    [`return 'aXbX'.replaceAll('X', '-')`, 'a-b-'],
    [`return [..."a1".matchAll(/(?<l>[a-z])/gu)][0].groups.l`, 'a'],
    [`return typeof Intl`, 'undefined'],
    [
      `const u = new URL('http://a/?x=1&y=2'); const p = u.searchParams; p.set('x', '9'); p.append('z', 'ä'); p.delete('y');
       u.search = '?q=1&q=2'; return [u.searchParams === p, p.getAll('q'), p.has('x'), String(p), u.href]`,
      [true, ['1', '2'], false, 'q=1&q=2', 'http://a/?q=1&q=2'],
    ],
    [
      `const u = new URL('http://a/?x=1'); u.searchParams.append('z', '2'); u.searchParams.sort(); return u.href`,
      'http://a/?x=1&z=2',
    ],
    [
      `return [new URLSearchParams({ a: 1 }), new URLSearchParams([['a', 1], ['a', 2]]), new URLSearchParams('?a=1'), new URLSearchParams(new Map([['b', 2]])), new URLSearchParams()].map(String)`,
      ['a=1', 'a=1&a=2', 'a=1', 'b=2', ''],
    ],
    [
      `const p = new URLSearchParams('a=1&b=2'); return [[...p], p.size, p instanceof URLSearchParams, [...new URLSearchParams(p)]]`,
      [
        [
          ['a', '1'],
          ['b', '2'],
        ],
        2,
        true,
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ],
    ],
  ];
  for (const [body, expected] of cases) it(body, () => check(body, expected).then(() => undefined));

  const absent = [
    'process',
    'require',
    'module',
    'fetch',
    'Buffer',
    'eval',
    'WebAssembly',
    'WeakRef',
    'FinalizationRegistry',
    'SharedArrayBuffer',
    'Atomics',
    'XMLHttpRequest',
    'global',
    'std',
    'os',
    'bjson',
    'print',
    'scriptArgs',
    'queueMicrotask',
    'setInterval',
    'gc',
    'navigator',
    'performance',
    'host',
    'settings',
    'ShadowRealm',
  ];
  it(`has none of ${absent.join(', ')}`, () =>
    check(`return ${JSON.stringify(absent)}.filter((name) => name in globalThis)`, []));
});

describe('what a resumed run could not repeat', () => {
  const why =
    'is not available: a resumed run would take another path. Pass times through args, vary by index.';
  const cases: readonly (readonly [string, unknown])[] = [
    [`Date.now()`, `Date.now() ${why}`],
    [`new Date()`, `new Date() without arguments ${why}`],
    [`Date()`, `Date() ${why}`],
    [`Math.random()`, `Math.random() ${why}`],
    [`Reflect.construct(Date, [])`, `new Date() without arguments ${why}`],
    [`new (new Date(0).constructor)()`, `new Date() without arguments ${why}`],
    [`new (class extends Date {})()`, `new Date() without arguments ${why}`],
    [`new Date(0).constructor.now()`, `Date.now() ${why}`],
    [`Date.prototype.constructor.now()`, `Date.now() ${why}`],
  ];
  for (const [expression, expected] of cases) {
    it(`${expression} throws and says what to do`, () =>
      check(`try { return ${expression} } catch (e) { return e.message }`, expected).then(
        () => undefined,
      ));
  }

  it('keeps a subclass of Date working', () =>
    check(
      `class Day extends Date { day() { return this.getUTCDate() } } return new Day(0).day()`,
      1,
    ));
});

describe('results', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    [``, null],
    [`return undefined`, null],
    [`return`, null],
    [`return null`, null],
    [
      `return { a: undefined, d: new Date(0), constructor: 'x' }`,
      { d: '1970-01-01T00:00:00.000Z', constructor: 'x' },
    ],
    [`return { toJSON() { return 5 } }`, 5],
    [`return { toJSON() { return undefined } }`, null],
    [`if (true) { return 'early' } throw new Error('no')`, 'early'],
    [`try { return 1 } finally { log('x') }`, 1],
    [`return (async () => 'later')()`, 'later'],
    [`return { then(resolve) { resolve('thenable') } }`, 'thenable'],
  ];
  for (const [body, expected] of cases)
    it(body || '(nothing)', () => check(body, expected).then(() => undefined));

  const unfit: readonly (readonly [string, string])[] = [
    [`new Map()`, 'result is a Map; use an array or an object'],
    [`{ s: new Set([1]) }`, 'result.s is a Set; use an array or an object'],
    [`{ a: 1n }`, 'result.a is a bigint'],
    [`{ a: [1, { b: () => 1 }] }`, 'result.a[1].b is a function'],
    [`NaN`, 'result is NaN'],
    [`[0, -Infinity]`, 'result[1] is -Infinity'],
    [`Symbol('x')`, 'result is a symbol'],
    [`JSON.parse('{"a":{"__proto__":1}}')`, 'result.a has a key "__proto__"'],
    [`{ get a() { throw new Error('getter') } }`, 'result cannot be read: Error: getter'],
    [`'x'.repeat(4 * 1024 * 1024)`, 'result is too large'],
  ];
  for (const [expression, problem] of unfit) {
    it(`${expression} is an error that names the place`, () =>
      check(
        `return (${expression})`,
        failure('script_result', `The script's result must be JSON, and ${problem}.`),
      ).then(() => undefined));
  }

  it('a cycle is an error, a value that occurs twice is none', async () => {
    await check(
      `const a = {}; a.b = [a]; return a`,
      failure(
        'script_result',
        "The script's result must be JSON, and result.b[0] refers back to itself.",
      ),
    );
    await check(`const x = { n: 1 }; return [x, x]`, [{ n: 1 }, { n: 1 }]);
  });
});

describe('errors of the script', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    [`throw new Error('x')`, failure('script_error', 'x', [2, 11])],
    [
      `\n\n  null.foo`,
      failure('script_error', "TypeError: cannot read property 'foo' of null", [4, 3]),
    ],
    [
      `const f = () => {\n  throw new RangeError('far');\n};\nawait agent('a');\nf();`,
      failure('script_error', 'RangeError: far', [3, 13]),
    ],
    [`throw 'text'`, failure('script_error', 'text')],
    [`throw { code: 1 }`, failure('script_error', '{"code":1}')],
    [`throw undefined`, failure('script_error', 'undefined')],
    [`throw null`, failure('script_error', 'null')],
    [
      `await Promise.reject(new TypeError('later'))`,
      failure('script_error', 'TypeError: later', [2, 26]),
    ],
    [`missing()`, failure('script_error', 'ReferenceError: missing is not defined', [2, 1])],
    [
      `await new Promise(() => {})`,
      failure('script_never_settles', 'The script waits for a promise that nothing can settle.'),
    ],
    [
      `await agent('a'); await new Promise(() => {})`,
      failure('script_never_settles', 'The script waits for a promise that nothing can settle.'),
    ],
    [
      `const id = setTimeout(() => {}, 9); clearTimeout(id); await new Promise(() => {})`,
      failure('script_never_settles', 'The script waits for a promise that nothing can settle.'),
    ],
  ];
  for (const [body, expected] of cases) it(body, () => check(body, expected).then(() => undefined));

  it('keeps the position of the script that the user saw, also behind comments and after CRLF', async () => {
    const script =
      "// first\r\n/* second */\r\nexport const meta = { name: 'w', description: 'd' };\r\nthrow new Error('here');\r\n";
    const outcome = await runner.run({
      script,
      fileName: 'workflow.js',
      argsJson: null,
      budget: { outputTokens: null, usd: null },
      host: new ScriptedHost(),
      signal: new AbortController().signal,
    });
    assert.deepEqual(valueOf(outcome), failure('script_error', 'here', [4, 11]));
  });
});
