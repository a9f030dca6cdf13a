import assert from 'node:assert/strict';
import { parse } from 'acorn';
import { MAX_SCRIPT_BYTES } from '../../../src/core/limits.ts';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { PREPARED_LINES_BEFORE, prepareScript } from '../../../src/core/script/prepareScript.ts';

const META = "export const meta = { name: 'w', description: 'd' };\n";
const metaWith = (inner: string) =>
  `export const meta = { name: 'w', description: 'd', ${inner} };`;

/** `severity code line:column` of each diagnostic. */
function found(source: string): readonly string[] {
  return checkScript(source).diagnostics.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
  );
}

type Case = readonly [title: string, source: string, ...expected: readonly string[]];

function table(cases: readonly Case[]): void {
  for (const [title, source, ...expected] of cases) {
    it(title, () => assert.deepEqual(found(source), expected));
  }
}

describe('checkScript accepts', () => {
  table([
    ['the smallest script', META],
    ['a script without a line end', META.trim()],
    ['comments before meta', `// one\n/* two\n three */\n${META}`],
    ['"export const meta" in a comment before meta', `// export const meta = 1\n${META}`],
    ['CRLF', META.replace('\n', '\r\n') + "log('x');\r\n"],
    ['a byte order mark', `\ufeff${META}`],
    ['tabs, CJK, emoji and combining characters', `${META}\tlog('漢字 😀 é');`],
    ['U+2028 inside a string', `${META}log('\u2028');`],
    [
      'await and return at the top level',
      `${META}if (args) { return await agent('x') }\nreturn 1;`,
    ],
    ['throw at the top level', `${META}throw new Error('x');`],
    [
      'import and require in strings',
      `${META}log("import x from 'y'", 'require("fs")', \`import('z') \${1}\`);`,
    ],
    [
      'Date.now() and Math.random() in prompts',
      `${META}await agent('Never call Date.now(), new Date() or Math.random().');`,
    ],
    ['a declared function called require', `${META}function require(x) { return x } require('a');`],
    ['a regular expression with import', `${META}log(/import\\(/.source);`],
    ['new Date with arguments', `${META}log(new Date(0));`],
    ['a method called now', `${META}const clock = { now() { return 1 } }; clock.now();`],
    [
      'every global of the dialect',
      `${META}await verify('x'); files('*'); read('a'); setTimeout(() => {}, 1); clearTimeout(1); structuredClone({}); console.log(budget, args);`,
    ],
    [
      'ECMAScript globals',
      `${META}log(parseInt('1'), isNaN(1), Symbol('x'), BigInt(1), encodeURIComponent('x'), String(1));`,
    ],
    ['hoisted functions and classes', `${META}run(); function run() { return new A() } class A {}`],
    [
      'names from patterns',
      `${META}const { a, b: [c], ...d } = args; a(); c(); d(); const f = ({ x = 1 } = {}, ...rest) => x(rest()); f();`,
    ],
    ['names from catch and for', `${META}try { log() } catch (e) { e() } for (const g of []) g();`],
    [
      'a parallel list of functions',
      `${META}await parallel([1].map((n) => () => agent('x' + n)));`,
    ],
    ['an agent whose promise is kept', `${META}const p = agent('x'); await p;`],
    ['an agent that is chained', `${META}agent('x').then(log);`],
    ['a phase of meta', `${metaWith("phases: ['Find']")}\nphase('Find');`],
    ['any phase when meta has none', `${META}phase('Anything');`],
    ['a phase that is computed', `${metaWith("phases: ['Find']")}\nphase('Fi' + args);`],
    [
      'ES2023',
      `${META}log([1].toSorted().findLast(Boolean)?.x ?? 1_000n, class { static #a = 1; static { log(this.#a) } });`,
    ],
  ]);
});

describe('checkScript accepts as meta', () => {
  const accepted: readonly (readonly [string, string])[] = [
    ['nested literals', `x: [1, -2, 1.5, true, null, { 'y-z': [] }]`],
    ['joined strings', `whenToUse: 'a' + 'b' + \`c\``],
    ['a template without holes', 'whenToUse: `a\nb`'],
    ['quoted and numeric keys', `'k': 1, 2: 3`],
    [
      'phases as strings and objects',
      `phases: ['a', { title: 'b', detail: 'c', model: 'opus', extra: 1 }]`,
    ],
    ['unknown keys', `version: '1.0', author: { name: 'x' }`],
    ['a trailing comma', `whenToUse: 'x',`],
  ];
  for (const [title, inner] of accepted)
    it(title, () => assert.deepEqual(found(metaWith(inner)), []));

  it('and reads it', () => {
    const source = metaWith(
      `whenToUse: 'a' + 'b', phases: ['Find', { title: 'Fix', detail: 'x', model: 'opus' }]`,
    );
    assert.deepEqual(checkScript(source).meta, {
      name: 'w',
      description: 'd',
      whenToUse: 'ab',
      phases: [{ title: 'Find' }, { title: 'Fix', detail: 'x', model: 'opus' }],
    });
  });

  it('without letting it reach a prototype', () => {
    assert.deepEqual(found(metaWith(`['__proto__']: 1`)), ['error meta 1:52']);
    const meta = checkScript(metaWith(`__proto__: { phases: ['x'] }`)).meta;
    assert.deepEqual(meta, { name: 'w', description: 'd', phases: [] });
  });
});

describe('checkScript refuses as meta', () => {
  table([
    ['nothing', '', 'error meta 1:1'],
    ['comments only', '// nothing\n', 'error meta 1:1'],
    ['another first statement', `const a = 1;\n${META}`, 'error meta 1:1', 'error forbidden 2:1'],
    ['let', "export let meta = { name: 'w', description: 'd' };", 'error meta 1:1'],
    ['another name', "export const info = { name: 'w', description: 'd' };", 'error meta 1:1'],
    ['no export', "const meta = { name: 'w', description: 'd' };", 'error meta 1:1'],
    ['a default export', "export default { name: 'w', description: 'd' };", 'error meta 1:1'],
    [
      'two declarations',
      "export const meta = { name: 'w', description: 'd' }, b = 1;",
      'error meta 1:1',
    ],
    ['a call', 'export const meta = make();', 'error meta 1:1', 'warning undeclared 1:21'],
    ['a pattern', 'export const { meta } = {};', 'error meta 1:1'],
    [
      'an export list',
      'const meta = {}; export { meta };',
      'error meta 1:1',
      'error forbidden 1:18',
    ],
    ['no name', "export const meta = { description: 'd' };", 'error meta 1:21'],
    ['an empty name', "export const meta = { name: ' ', description: 'd' };", 'error meta 1:21'],
    [
      'a name that is no string',
      "export const meta = { name: 1, description: 'd' };",
      'error meta 1:21',
    ],
    [
      'neither name nor description',
      'export const meta = {};',
      'error meta 1:21',
      'error meta 1:21',
    ],
    ['a variable', metaWith('x: y'), 'error meta 1:55'],
    ['a call inside', metaWith('x: y()'), 'error meta 1:55', 'warning undeclared 1:55'],
    ['a spread', metaWith('...y'), 'error meta 1:52'],
    ['a spread in an array', metaWith('x: [...y]'), 'error meta 1:56'],
    ['a template with a hole', metaWith('x: `${1}`'), 'error meta 1:55'],
    ['a computed key', metaWith('[x]: 1'), 'error meta 1:52'],
    ['a method', metaWith('x() {}'), 'error meta 1:52'],
    ['a getter', metaWith('get x() { return 1 }'), 'error meta 1:52'],
    ['a function', metaWith('x: () => 1'), 'error meta 1:55'],
    ['a regular expression', metaWith('x: /a/'), 'error meta 1:55'],
    ['a BigInt', metaWith('x: 1n'), 'error meta 1:55'],
    ['a hole in an array', metaWith('x: [1,,2]'), 'error meta 1:55'],
    ['a sum of numbers', metaWith('x: 1 + 2'), 'error meta 1:55'],
    ['a plus sign', metaWith('x: +1'), 'error meta 1:55'],
    ['typeof', metaWith("x: typeof 'a'"), 'error meta 1:55'],
    ['a condition', metaWith('x: true ? 1 : 2'), 'error meta 1:55'],
    ['undefined', metaWith('x: undefined'), 'error meta 1:55'],
    ['phases that are no list', metaWith("phases: 'a'"), 'error meta 1:21'],
    [
      'a phase without a title',
      metaWith("phases: ['a', { detail: 'x' }, 7]"),
      'error meta 1:21',
      'error meta 1:21',
    ],
    [
      'a fault on a later line',
      "export const meta = {\n  name: 'w',\n  description: d,\n};",
      'error meta 3:16',
    ],
  ]);
});

describe('checkScript refuses in the code', () => {
  table([
    ['import', `${META}import fs from 'fs';`, 'error forbidden 2:1'],
    ['a bare import', `${META}import 'fs';`, 'error forbidden 2:1'],
    [
      'import before meta',
      `import 'x';\n${META}`,
      'error meta 1:1',
      'error forbidden 1:1',
      'error forbidden 2:1',
    ],
    ['import()', `${META}  await import('fs');`, 'error forbidden 2:9'],
    [
      'import() deep inside',
      `${META}const f = () => [{ a: () => import('x') }];`,
      'error forbidden 2:29',
    ],
    ['import.meta', `${META}log(import.meta.url);`, 'error forbidden 2:5'],
    ['export', `${META}export const x = 1;`, 'error forbidden 2:1'],
    ['export default', `${META}export default 1;`, 'error forbidden 2:1'],
    ['export from', `${META}export * from 'x';`, 'error forbidden 2:1'],
    ['require()', `${META}const fs = require('fs');`, 'error forbidden 2:12'],
    [
      'all of them, in order',
      `${META}require('a');\nimport('b');`,
      'error forbidden 2:1',
      'error forbidden 3:1',
    ],
  ]);
});

describe('checkScript refuses as text', () => {
  table([
    ['a type annotation', `${META}const x: number = 1;`, 'error syntax 2:8'],
    ['an interface', `${META}interface A {}`, 'error syntax 2:1'],
    ['`as`', `${META}const x = 1 as number;`, 'error syntax 2:13'],
    ['JSX', `${META}const x = <a/>;`, 'error syntax 2:11'],
    ['a decorator', `${META}@x class A {}`, 'error syntax 2:1'],
    ['an open brace', `${META}if (true) {\n`, 'error syntax 3:1'],
    ['a reserved word', `${META}const class = 1;`, 'error syntax 2:7'],
    ['a name declared twice', `${META}const a = 1;\nconst a = 2;`, 'error syntax 3:7'],
    ['sloppy code', `${META}with (a) {}`, 'error syntax 2:1'],
    ['a NUL', `${META}log('\u0000');`, 'error control-character 2:6'],
    ['an escape character', `${META}// \u001b[31m`, 'error control-character 2:4'],
    ['a backspace', `${META}log(1)\n\n  \u0008`, 'error control-character 4:3'],
    ['a form feed', `\u000c${META}`, 'error control-character 1:1'],
    ['DEL', `// 漢字\u007f\n${META}`, 'error control-character 1:6'],
    ['what is too large', `${META}//${'x'.repeat(MAX_SCRIPT_BYTES)}`, 'error size 1:1'],
  ]);

  it('counts bytes, not characters', () => {
    const atLimit = `${META}//${'é'.repeat((MAX_SCRIPT_BYTES - META.length - 2) / 2)}`;
    assert.equal(Buffer.byteLength(atLimit) <= MAX_SCRIPT_BYTES, true);
    assert.deepEqual(found(atLimit), []);
    assert.deepEqual(found(`${atLimit}éé`), ['error size 1:1']);
  });
});

describe('checkScript warns, and accepts all the same, about', () => {
  table([
    ['a call of an undeclared name', `${META}await agnet('x');`, 'warning undeclared 2:7'],
    ['an agent that nobody awaits', `${META}agent('x');`, 'warning unused-agent 2:1'],
    [
      'promises for parallel()',
      `${META}await parallel([agent('x'), () => agent('y')]);`,
      'warning promise-list 2:16',
    ],
    [
      'mapped promises for parallel()',
      `${META}await parallel([1].map((n) => agent('x')));`,
      'warning promise-list 2:16',
    ],
    [
      'a phase that meta lacks',
      `${metaWith("phases: ['Find']")}\nphase('Fix');`,
      'warning unknown-phase 2:7',
    ],
    ['Date.now()', `${META}log(Date.now());`, 'warning nondeterministic 2:5'],
    ['Math.random()', `${META}log(Math.random());`, 'warning nondeterministic 2:5'],
    ['new Date()', `${META}log(new Date());`, 'warning nondeterministic 2:5'],
    [
      'several, in the order of their places',
      `${META}foo();\n  agent('x');\nlog(Date.now(), bar());`,
      'warning undeclared 2:1',
      'warning unused-agent 3:3',
      'warning nondeterministic 4:5',
      'warning undeclared 4:17',
    ],
  ]);

  it('so that ok stays true', () => {
    const { ok, diagnostics } = checkScript(`${META}agent('x');`);
    assert.deepEqual([ok, diagnostics.length], [true, 1]);
    assert.equal(checkScript(`${META}import 'x';`).ok, false);
  });
});

describe('Diagnostics', () => {
  it('say what is wrong and what to write instead', () => {
    const [first] = checkScript(metaWith('x: y')).diagnostics;
    assert.deepEqual(first, {
      severity: 'error',
      code: 'meta',
      line: 1,
      column: 55,
      message: 'meta must be a literal: the variable `y` is not.',
      fix: 'Write strings, numbers, arrays and plain objects only; + between strings is allowed.',
    });
    for (const source of [
      '',
      `${META}import 'x'`,
      `${META}agent('x')`,
      `${META}\u0000`,
      `${META}(`,
    ]) {
      for (const { message, fix } of checkScript(source).diagnostics) {
        assert.match(message, /\.$/u);
        assert.ok(fix.length > 10, fix);
      }
    }
  });

  it('name a column in characters as editors count them', () => {
    assert.deepEqual(found(`${META}log('漢字', '😀'); import 'x';`), ['error forbidden 2:18']);
  });
});

describe('The commands of a script', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [`await verify('npm test');`, ['npm test']],
    [`await verify({ command: 'npm test', label: 'x' });`, ['npm test']],
    [
      `await verify({ label: 'x', command: "a" }); await verify('b'); await verify('a');`,
      ['a', 'b'],
    ],
    [`const run = async () => { if (args) return verify('deep') }; await run();`, ['deep']],
    ['await verify(`npm test`);', ['npm test']],
    ['await verify({ command: `npm test` });', ['npm test']],
    [`await verify({ 'command': 'npm test' });`, ['npm test']],
    [
      `await verify(args); await verify({ command: args }); await verify(); await verify('a' + args);`,
      [],
    ],
    [`const o = { verify() {} }; o.verify('no');`, []],
    [`log("verify('no')");`, []],
  ];
  for (const [body, expected] of cases) {
    it(body, () => assert.deepEqual(checkScript(META + body).commands, expected));
  }
});

describe('prepareScript', () => {
  const scripts = [
    META,
    META.trim(),
    `// a\n/* b\n */ ${META}return 1;`,
    `${META}return 1 // no line end`,
    META.replace('\n', '\r\n') + 'return 1;\r\n',
    `\ufeff${META}return 1;`,
    `${META}const x = \`export \${1}\`; return x;`,
  ];
  for (const script of scripts) {
    it(`keeps every line of ${JSON.stringify(script)}`, () => {
      const prepared = prepareScript(script);
      parse(prepared, { ecmaVersion: 2024, sourceType: 'script' });
      const kept = prepared.split('\n').slice(PREPARED_LINES_BEFORE, -1).join('\n');
      assert.equal(kept, script.replace(/export(?= const meta)/u, '      '));
    });
  }

  it('asserts that the script was checked', () => {
    assert.throws(() => prepareScript('const ='), /Only a checked script is prepared/u);
  });
});
