import assert from 'node:assert/strict';
import { MAX_SCRIPT_BYTES } from '../../src/core/limits.ts';
import { checkScript } from '../../src/core/script/checkScript.ts';
import { META, checkRows, runRows, threw } from './support/rows.ts';

const metaWith = (inner: string): string =>
  `export const meta = { name: 'w', description: 'd', ${inner} };\n`;
const longComment = Array.from({ length: 300 }, (_, line) => `// remark ${line}`).join('\n');

checkRows('The file: what passes without a word', [
  ['a body that awaits at its top level', `${META}await agent('a');`],
  ['a return inside if, and another at the end', `${META}if (args) { return 1 }\nreturn 2;`],
  ['a return inside try', `${META}try { return await agent('a') } catch { return null }`],
  ['a throw', `${META}throw new Error('x');`],
  ['no return at all', `${META}log('x');`],
  ['a long comment before meta', `${longComment}\n${META}`],
  ['a block comment before meta', `/*\n * one\n */\n${META}`],
  ['a comment that says "export const meta"', `// export const meta = 1\n${META}`],
  ['strings joined by + in meta', metaWith(`whenToUse: 'a ' + 'b ' + "c"`)],
  ['a template without holes in meta', metaWith('whenToUse: `a`')],
  ['phases as bare strings', metaWith(`phases: ['One', 'Two']`)],
  [
    'phases with title, detail and model',
    metaWith(`phases: [{ title: 'One', detail: 'd', model: 'opus' }]`),
  ],
  ['unknown keys of meta', metaWith(`version: 2, tags: ['a'], nested: { deep: [null, true, -1] }`)],
  ['Date.now() in a prompt', `${META}await agent('never call Date.now()');`],
  ['Math.random() in a template', `${META}await agent(\`no Math.random() in \${args}\`);`],
  ['new Date() in a comment', `${META}// new Date()\n/* Date.now() */`],
  [
    'import … from inside a template literal',
    `${META}await agent(\`import x from 'y'\nexport default x\`);`,
  ],
  ['require( in a string', `${META}await agent("require('fs')");`],
  ['"export const meta" in a string', `${META}log('export const meta = {}');`],
  ['tabs, CR and LF', `${META.trimEnd()}\r\n\tlog('x');\r\n`],
  [
    'ES2023 syntax',
    `${META}class A { static #n = 1; static { log(this.#n?.x ?? 1_000) } }\nlog([3, 1].toSorted());`,
  ],
  ['exactly 524,288 bytes', META.padEnd(MAX_SCRIPT_BYTES, '/')],
]);

checkRows('The file: meta that is no literal of literals is an error that names the line', [
  [
    'a variable',
    "export const meta = {\n  name: 'w',\n  description: text,\n};\n",
    'error meta 3:16',
  ],
  [
    'a call',
    "export const meta = {\n  name: make(),\n  description: 'd',\n};\n",
    'error meta 2:9',
    'warning undeclared 2:9',
  ],
  [
    'a spread',
    "export const meta = {\n  ...base,\n  name: 'w', description: 'd' };\n",
    'error meta 2:3',
  ],
  [
    'a template with ${} in it',
    "export const meta = {\n  name: 'w',\n\n  description: `d ${1}`,\n};\n",
    'error meta 4:16',
  ],
  ['a variable joined to a string', metaWith(`whenToUse: 'a' + b`), 'error meta 1:69'],
  ['a variable inside phases', metaWith(`phases: [{ title }]`), 'error meta 1:63'],
  ['a function', metaWith(`run: () => 1`), 'error meta 1:57'],
  ['a computed key', metaWith(`[key]: 1`), 'error meta 1:52'],
  [
    'meta is not the first statement',
    `const a = 1;\n${META}`,
    'error meta 1:1',
    'error forbidden 2:1',
  ],
  ['meta is absent', `await agent('a');`, 'error meta 1:1'],
  ['the file is empty', '', 'error meta 1:1'],
  [
    'meta is a call',
    `export const meta = Object.freeze({ name: 'w', description: 'd' });`,
    'error meta 1:1',
  ],
  ['meta is not exported', `const meta = { name: 'w', description: 'd' };`, 'error meta 1:1'],
  ['meta by let', `export let meta = { name: 'w', description: 'd' };`, 'error meta 1:1'],
  ['name is missing', `export const meta = { description: 'd' };`, 'error meta 1:21'],
  ['description is missing', `export const meta = { name: 'w' };`, 'error meta 1:21'],
  ['name is a number', `export const meta = { name: 1, description: 'd' };`, 'error meta 1:21'],
  ['phases is no list', metaWith(`phases: 'One'`), 'error meta 1:21'],
  ['a phase without a title', metaWith(`phases: [{ detail: 'd' }]`), 'error meta 1:21'],
]);

checkRows('The file: rejected before anything runs', [
  ['a syntax error', `${META}if (`, 'error syntax 2:5'],
  ['a second declaration of one name', `${META}const a = 1;\nconst a = 2;`, 'error syntax 3:7'],
  ['import', `${META}\nimport fs from 'fs';`, 'error forbidden 3:1'],
  ['import for its effects', `${META}import 'fs';`, 'error forbidden 2:1'],
  ['import()', `${META}const fs = await import('fs');`, 'error forbidden 2:18'],
  [
    'import() in a function that nobody calls',
    `${META}const f = () => import('fs');`,
    'error forbidden 2:17',
  ],
  ['import.meta', `${META}log(import.meta.url);`, 'error forbidden 2:5'],
  ['export of another constant', `${META}export const other = 1;`, 'error forbidden 2:1'],
  ['export of a function', `${META}export function run() {}`, 'error forbidden 2:1'],
  ['export default', `${META}export default 1;`, 'error forbidden 2:1'],
  ['export by list', `${META}const a = 1;\nexport { a };`, 'error forbidden 3:1'],
  ['export from', `${META}export * from 'x';`, 'error forbidden 2:1'],
  ['require(', `${META}const fs = require('fs');`, 'error forbidden 2:12'],
  ['TypeScript: a type annotation', `${META}const a: string = 'x';`, 'error syntax 2:8'],
  ['TypeScript: an interface', `${META}interface A { b: string }`, 'error syntax 2:1'],
  ['TypeScript: a type', `${META}type A = string;`, 'error syntax 2:6'],
  ['TypeScript: as', `${META}const a = args as string;`, 'error syntax 2:16'],
  ['TypeScript: an enum', `${META}enum A { B }`, 'error syntax 2:1'],
  ['TypeScript: satisfies', `${META}const a = {} satisfies object;`, 'error syntax 2:14'],
  ['524,289 bytes', META.padEnd(MAX_SCRIPT_BYTES + 1, '/'), 'error size 1:1'],
  [
    '524,289 bytes in fewer characters',
    `${META}//${'é'.repeat((MAX_SCRIPT_BYTES - META.length) / 2)}`,
    'error size 1:1',
  ],
  ['NUL', `${META}log('\u0000');`, 'error control-character 2:6'],
  ['backspace', `${META}log('a\u0008');`, 'error control-character 2:7'],
  ['a vertical tab', `${META}\u000blog(1);`, 'error control-character 2:1'],
  ['a form feed', `${META}log(1);\u000c`, 'error control-character 2:8'],
  ['escape', `${META}\n// \u001b[2J`, 'error control-character 3:4'],
  ['DEL', `${META}// \u007f`, 'error control-character 2:4'],
  ['a control character above U+007F', `${META}// \u009b2J`, 'error control-character 2:4'],
]);

describe('The file: each error', () => {
  const wrong = [
    '',
    `${META}(`,
    `${META}import 'x'`,
    `${META}export const b = 1`,
    `${META}require('x')`,
    `${META}\u0000`,
    META.padEnd(MAX_SCRIPT_BYTES + 1),
  ];
  for (const [index, source] of wrong.entries()) {
    it(`says what is wrong and what to write instead (${index + 1})`, () => {
      const [first] = checkScript(source).diagnostics;
      assert.deepEqual([checkScript(source).ok, first?.severity], [false, 'error']);
      assert.match(first?.message ?? '', /^\S.*\.$/su);
      assert.match(first?.fix ?? '', /\S{3}.*\S/u);
    });
  }
});

describe('The file: meta', () => {
  it('keeps name, description, whenToUse and phases, in one form', () => {
    const source = metaWith(
      `whenToUse: 'a' + 'b', phases: ['One', { title: 'Two', detail: 'd', model: 'opus' }], more: 1`,
    );
    assert.deepEqual(checkScript(source).meta, {
      name: 'w',
      description: 'd',
      whenToUse: 'ab',
      phases: [{ title: 'One' }, { title: 'Two', detail: 'd', model: 'opus' }],
    });
  });
});

checkRows('The file: warned about, never rejected', [
  ['a call of an undeclared name', `${META}await agnet('x');`, 'warning undeclared 2:7'],
  [
    'a call of a name that other platforms have',
    `${META}setInterval(log, 1);`,
    'warning undeclared 2:1',
  ],
  ['eval', `${META}eval('1');`, 'warning undeclared 2:1'],
  ['an agent() that nobody waits for', `${META}\nagent('x');`, 'warning unused-agent 3:1'],
  [
    'an agent.outcome() that nobody waits for',
    `${META}agent.outcome('x');`,
    'warning unused-agent 2:1',
  ],
  ['promises in the list', `${META}await parallel([agent('x')]);`, 'warning promise-list 2:16'],
  [
    'promises from map',
    `${META}await parallel(args.map((n) => agent(n)));`,
    'warning promise-list 2:16',
  ],
  [
    'promises from map by an async function',
    `${META}await parallel(args.map(async (n) => agent(n)));`,
    'warning promise-list 2:16',
  ],
  [
    'promises from map by a body that returns one',
    `${META}await parallel(args.map((n) => { return agent(n) }));`,
    'warning promise-list 2:16',
  ],
  [
    'promises from map by a function expression',
    `${META}await parallel(args.map(function (n) { return agent(n) }));`,
    'warning promise-list 2:16',
  ],
  [
    'promises of other kinds in the list',
    `${META}await parallel([verify('npm test'), workflow('x')]);`,
    'warning promise-list 2:16',
  ],
  [
    'promises of agent.outcome() in the list',
    `${META}await parallel([agent.outcome('x')]);`,
    'warning promise-list 2:16',
  ],
  [
    'a phase that meta lacks',
    `${metaWith(`phases: ['One']`)}phase('Two');`,
    'warning unknown-phase 2:7',
  ],
  [
    'a phase that meta lacks, in backticks',
    `${metaWith(`phases: ['One']`)}phase(\`Two\`);`,
    'warning unknown-phase 2:7',
  ],
  ['Date.now()', `${META}log(Date.now());`, 'warning nondeterministic 2:5'],
  ['Math.random()', `${META}log(1, Math.random());`, 'warning nondeterministic 2:8'],
  ['a phase that meta has is none', `${metaWith(`phases: ['One']`)}phase('One');`],
  ['a list of functions is none', `${META}await parallel(args.map((n) => () => agent(n)));`],
  [
    'a map whose body returns a function is none',
    `${META}await parallel(args.map((n) => { return () => { return agent(n) } }));`,
  ],
  ['a template with a hole is none', `${metaWith(`phases: ['One']`)}phase(\`T\${args}\`);`],
  ['a promise that is kept is none', `${META}const kept = agent('x'); await kept;`],
]);

runRows('The file: its body', [
  ['awaits at its top level', `return await agent('a')`, 'did a'],
  ['gives null without a return', `await agent('a');`, null],
  [
    'may return early, inside if',
    `if (!args) { return 'early' }\nthrow new Error('late')`,
    'early',
  ],
  [
    'may return inside try, and finally runs',
    `try { return 'tried' } finally { log('done') }`,
    'tried',
  ],
  ['may throw', `throw new RangeError('far')`, threw('RangeError: far', 2, 11)],
  ['is strict', `undeclared = 1`, threw('ReferenceError: undeclared is not defined', 2, 1)],
  ['sees meta as a constant', `return meta.name`, 'w'],
  [
    'may stand behind a long comment',
    '',
    'here',
    { source: `${longComment}\n${META}return 'here'` },
  ],
  [
    'may have CRLF line ends',
    '',
    'a\nb',
    { source: "export const meta = { name: 'w', description: 'd' };\r\nreturn `a\r\nb`;\r\n" },
  ],
  ['may have a byte order mark', '', 1, { source: `\ufeff${META}return 1` }],
  [
    'may have names and texts in other scripts',
    `const 名前 = '漢字 😀'; return 名前 + 'é'`,
    '漢字 😀é',
  ],
  [
    'may mention import, require and Date.now() in texts',
    "return `import a from 'b'; require('c'); ${'Date.now()'}`",
    "import a from 'b'; require('c'); Date.now()",
  ],
  ['may end in a comment', `return 1 // the end`, 1],
  [
    'never runs meta',
    '',
    'w',
    { source: `export const meta = { name: 'w', description: 'a' + 'b' };\nreturn meta.name` },
  ],
]);
