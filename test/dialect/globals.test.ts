import { runRows, type Row } from './support/rows.ts';
import { logs } from './support/sights.ts';

const functions = [
  'agent',
  'agent.outcome',
  'parallel',
  'pipeline',
  'phase',
  'log',
  'workflow',
  'verify',
  'gate',
  'files',
  'files.changed',
  'read',
  'budget.spent',
  'budget.remaining',
  'budget.usd.spent',
  'budget.usd.remaining',
  'URL',
  'URLSearchParams',
  'structuredClone',
  'TextEncoder',
  'TextDecoder',
  'setTimeout',
  'clearTimeout',
  'console.log',
  'console.info',
  'console.warn',
  'console.error',
  'console.debug',
];
const builtIns = [
  'AggregateError',
  'Array',
  'ArrayBuffer',
  'BigInt',
  'BigInt64Array',
  'Boolean',
  'DataView',
  'Date',
  'Error',
  'Float64Array',
  'Int8Array',
  'Iterator',
  'Map',
  'Number',
  'Object',
  'Promise',
  'Proxy',
  'RangeError',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'SyntaxError',
  'TypeError',
  'URIError',
  'Uint8Array',
  'WeakMap',
  'WeakSet',
  'decodeURIComponent',
  'encodeURIComponent',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
];
const absent = [
  'process',
  'require',
  'module',
  'exports',
  'fetch',
  'Buffer',
  'eval',
  'WebAssembly',
  'WeakRef',
  'FinalizationRegistry',
  'SharedArrayBuffer',
  'Atomics',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'crypto',
  'navigator',
  'window',
  'self',
  'global',
  '__dirname',
  'XMLHttpRequest',
  'WebSocket',
  'Worker',
  'Deno',
  'Bun',
  'std',
  'os',
  'print',
  'scriptArgs',
  'ShadowRealm',
  'Intl',
];

const typeRows = (names: readonly string[], type: string): readonly Row[] =>
  names.map((name) => [`${name} is ${type}`, `return typeof ${name}`, type]);

runRows('Globals: the names that the dialect has', [
  ...typeRows(functions, 'function'),
  ...typeRows(
    ['budget', 'budget.usd', 'console', 'globalThis', 'Math', 'JSON', 'Reflect'],
    'object',
  ),
  [
    'args is undefined where none were given',
    `return [typeof args, 'args' in globalThis]`,
    ['undefined', true],
  ],
]);

runRows('Globals: ECMAScript', [
  [
    `has ${builtIns.join(', ')}`,
    `return [${builtIns.map((name) => `typeof ${name}`).join(', ')}].filter((type) => type !== 'function')`,
    [],
  ],
  ['sorts copies', `return [3, 1, 2].toSorted().with(0, 9)`, [9, 2, 3]],
  [
    'groups',
    `return Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even'))`,
    { odd: [1, 3], even: [2] },
  ],
  [
    'knows named groups in regular expressions',
    `return 'v12'.match(/v(?<major>\\d+)/u).groups.major`,
    '12',
  ],
  [
    'has generators and iterators',
    `function* count() { yield 1; yield 2 } return [...count()]`,
    [1, 2],
  ],
]);

runRows('Globals: nothing else', [
  ...typeRows(absent, 'undefined'),
  ['globalThis.Buffer is undefined', `return typeof globalThis.Buffer`, 'undefined'],
  [
    'no name beyond the two lists',
    `const known = new Set(['globalThis', 'NaN', 'Infinity', 'undefined']);
    return Object.getOwnPropertyNames(globalThis).filter((name) => !known.has(name) && /^(__|std|os|host|settings|muster)/u.test(name))`,
    [],
  ],
]);

const why =
  'is not available: a resumed run would take another path. Pass times through args, vary by index.';
const thrown = (code: string): string =>
  `try { ${code}; return 'nothing thrown' } catch (error) { return error.message }`;

runRows('Globals: time and chance', [
  [
    'Date.now() throws when called, and says why and what to do',
    thrown('Date.now()'),
    `Date.now() ${why}`,
  ],
  ['new Date() throws', thrown('new Date()'), `new Date() without arguments ${why}`],
  ['Date() throws', thrown('Date()'), `Date() ${why}`],
  ['Math.random() throws', thrown('Math.random()'), `Math.random() ${why}`],
  ['a kept Date.now throws', thrown('const { now } = Date; now()'), `Date.now() ${why}`],
  ['a kept Math.random throws', thrown('[1, 2].sort(Math.random)'), `Math.random() ${why}`],
  [
    'the constructor of a date throws',
    thrown('new (new Date(0)).constructor()'),
    `new Date() without arguments ${why}`,
  ],
  [
    'a subclass of Date throws',
    thrown('new (class extends Date {})()'),
    `new Date() without arguments ${why}`,
  ],
  [
    'naming them is no call',
    `return [typeof Date.now, typeof Math.random]`,
    ['function', 'function'],
  ],
  ['new Date(0) works', `return new Date(0).toISOString()`, '1970-01-01T00:00:00.000Z'],
  ['new Date of a text works', `return new Date('2024-02-29T12:00:00Z').getTime()`, 1709208000000],
  ['new Date of a date works', `return new Date(new Date(5)).getTime()`, 5],
  [
    'Date.UTC and Date.parse work',
    `return [Date.UTC(2020, 0, 1), Date.parse('2020-01-01')]`,
    [1577836800000, 1577836800000],
  ],
  [
    'a date is in UTC',
    `const date = new Date(2020, 5, 1, 12); return [date.toISOString(), date.getTimezoneOffset(), date.getHours()]`,
    ['2020-06-01T12:00:00.000Z', 0, 12],
  ],
  ['a text without a zone is in UTC', `return Date.parse('2020-01-01T00:00:00')`, 1577836800000],
  ['a date is an instance of Date', `return new Date(0) instanceof Date`, true],
]);

const closed = 'code from strings is not available';

runRows('Globals: no road to code from strings', [
  ['Function()', thrown(`Function('return 1')()`), closed],
  ['new Function()', thrown(`new Function('return 1')`), closed],
  ['the constructor of an arrow function', thrown(`(() => {}).constructor('return 1')()`), closed],
  [
    'the constructor of an async function',
    thrown(`(async () => {}).constructor('return 1')`),
    closed,
  ],
  ['the constructor of a generator', thrown(`(function* () {}).constructor('yield 1')`), closed],
  [
    'the constructor of an async generator',
    thrown(`(async function* () {}).constructor('yield 1')`),
    closed,
  ],
  ['the constructor of a class', thrown(`(class {}).constructor('return 1')`), closed],
  ['the constructor of a global of the dialect', thrown(`agent.constructor('return 1')`), closed],
  ['the constructor of a built-in', thrown(`[].map.constructor('return 1')`), closed],
  [
    'the prototype of functions',
    thrown(`Object.getPrototypeOf(function () {}).constructor('return 1')`),
    closed,
  ],
  ['Reflect.construct', thrown(`Reflect.construct(Function, ['return 1'])`), closed],
  ['a subclass of Function', thrown(`new (class extends Function {})('return 1')`), closed],
  ['a bound constructor', thrown(`Function.bind(null, 'return 1')()`), closed],
  [
    'the constructor inside a getter',
    thrown(
      `Object.getOwnPropertyDescriptor({ get a() { return 1 } }, 'a').get.constructor('return 1')`,
    ),
    closed,
  ],
  ['setTimeout with a text', thrown(`setTimeout('log(1)', 1)`), 'setTimeout() needs a function.'],
  ['eval by another name', thrown(`(0, eval)('1')`), 'eval is not defined'],
  [
    'functions are still instances of Function',
    `return [(() => {}) instanceof Function, agent instanceof Function]`,
    [true, true],
  ],
]);

runRows('Globals: the platform’s own', [
  [
    'URL',
    `const url = new URL('../b?x=1#y', 'https://example.org/a/c'); return [url.href, url.searchParams.get('x')]`,
    ['https://example.org/b?x=1#y', '1'],
  ],
  ['URLSearchParams', `return new URLSearchParams({ a: '1', b: 'ä' }).toString()`, 'a=1&b=%C3%A4'],
  [
    'structuredClone',
    `const value = { date: new Date(7), list: [1] }; const copy = structuredClone(value); copy.list.push(2); return [copy.date.getTime(), value.list]`,
    [7, [1]],
  ],
  [
    'TextEncoder and TextDecoder',
    `return [[...new TextEncoder().encode('ä')], new TextDecoder().decode(new Uint8Array([226, 130, 172]))]`,
    [[195, 164], '€'],
  ],
  [
    'setTimeout calls back later, in the order of delays',
    `const seen = []; const at = (ms) => new Promise((go) => setTimeout(() => { seen.push(ms); go() }, ms));
    await Promise.all([at(60), at(1)]); return seen`,
    [1, 60],
  ],
  [
    'setTimeout passes arguments on',
    `return new Promise((go) => setTimeout((a, b) => go([a, b]), 1, 'x', 'y'))`,
    ['x', 'y'],
  ],
  [
    'clearTimeout takes a timer back',
    `let fired = false; clearTimeout(setTimeout(() => { fired = true }, 1)); await new Promise((go) => setTimeout(go, 30)); return fired`,
    false,
  ],
  [
    'clearTimeout tolerates anything',
    `clearTimeout(); clearTimeout(99); clearTimeout('x'); return 1`,
    1,
  ],
  [
    'console goes to the log',
    `console.log('a', { b: 1 }); console.info(2); console.debug([3]); return 1`,
    1,
    { sees: [[logs, ['a {"b":1}', '2', '[3]']]] },
  ],
  [
    'console.warn and console.error go to the log as warnings',
    `console.warn('w'); console.error(new TypeError('e')); return 1`,
    1,
    { sees: [[logs, ['! w', '! TypeError: e']]] },
  ],
]);
