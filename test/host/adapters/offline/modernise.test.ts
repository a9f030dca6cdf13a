import assert from 'node:assert/strict';
import { modernise } from '../../../../src/host/adapters/offline/modernise.ts';
import { rules } from '../../../../src/host/adapters/offline/rules.ts';
import type { RuleName } from '../../../../src/host/adapters/offline/rules.ts';

const examples: Readonly<Record<RuleName, readonly [string, string]>> = {
  arrow: ['list.map(function (x) { return x + 1; });\n', 'list.map(x => { return x + 1; });\n'],
  'arrow-return': ['list.map((x) => { return x + 1; });\n', 'list.map(x => x + 1);\n'],
  'for-of': [
    'for (let i = 0; i < list.length; i++) {\n  const item = list[i];\n  use(item);\n}\n',
    'for (const item of list) {\n  use(item);\n}\n',
  ],
  'for-each': [
    'for (let i = 0; i < list.length; i++) {\n  const item = list[i];\n  use(item, i);\n}\n',
    'list.forEach((item, i) => {\n  use(item, i);\n});\n',
  ],
  'arg-rest': ['function f() { use(arguments); }\n', 'function f(...args) { use(args); }\n'],
  'arg-spread': ['f.apply(undefined, list);\n', 'f(...list);\n'],
  'obj-method': ['x = { f: function () { return 1; } };\n', 'x = { f() { return 1; } };\n'],
  'obj-shorthand': ['x = { a: a };\n', 'x = { a };\n'],
  'no-strict': ['"use strict";\nf();\n', 'f();\n'],
  exponent: ['x = Math.pow(2, 3);\n', 'x = 2 ** 3;\n'],
  'multi-var': ['var a = 1, b = 2;\n', 'var a = 1;\nvar b = 2;\n'],
  let: ['var a = 1;\nvar b = 2;\nb = a;\n', 'const a = 1;\nlet b = 2;\nb = a;\n'],
  class: [
    'function A() {}\nA.prototype.m = function () { return 1; };\n',
    'class A {\n  m() { return 1; }\n}\n',
  ],
  commonjs: [
    'var a = require("a");\nmodule.exports = a;\n',
    'import a from "a";\nexport default a;\n',
  ],
  template: ['x = "a" + b + "c";\n', 'x = `a${b}c`;\n'],
  'default-param': [
    'function f(a) {\n  a = a || 2;\n  return a;\n}\n',
    'function f(a = 2) {\n  return a;\n}\n',
  ],
  'destruct-param': [
    'function f(o) { return o.a + o.b; }\n',
    'function f({a, b}) { return a + b; }\n',
  ],
  includes: ['if (a.indexOf(b) !== -1) f();\n', 'if (a.includes(b)) f();\n'],
};

describe('modernise', () => {
  for (const { name } of rules) {
    it(`applies ${name}`, () => {
      const [before, after] = examples[name];
      assert.deepEqual(modernise(before, [name]), {
        type: 'changed',
        text: after,
        applied: [name],
      });
    });
  }

  it('knows every safe rule of the library', () => {
    const names = rules.filter(({ kind }) => kind !== 'unsafe').map(({ name }) => name);
    assert.deepEqual([...names].sort(), [
      'arg-rest',
      'arg-spread',
      'arrow',
      'arrow-return',
      'exponent',
      'for-each',
      'for-of',
      'multi-var',
      'no-strict',
      'obj-method',
      'obj-shorthand',
    ]);
  });

  it('runs rules in the order that they need, whatever order they were given in', () => {
    const before = [
      'for (var i = 0; i < list.length; i++) {',
      '  var item = list[i];',
      '  item.run(function (error) { return error; });',
      '}',
      '',
    ].join('\n');
    const result = modernise(before, ['for-of', 'arrow-return', 'arrow', 'let']);
    assert.deepEqual(result, {
      type: 'changed',
      text: 'for (const item of list) {\n  item.run(error => error);\n}\n',
      applied: ['let', 'arrow', 'arrow-return', 'for-of'],
    });
  });

  it('leaves a file alone that has nothing to change, comments and odd spacing included', () => {
    const source =
      '#!/usr/bin/env node\n// hello\nconst  a = [ 1,2 ]  ; /* x */\n\n\nexport { a }\n';
    assert.deepEqual(modernise(source, ['arrow', 'for-of']), { type: 'unchanged' });
  });

  it('says where a file does not parse', () => {
    assert.deepEqual(modernise('let a = 1;\nlet b = ;\n', ['arrow']), {
      type: 'unreadable',
      reason: 'it does not parse, line 2: Unexpected token ;',
    });
  });
});
