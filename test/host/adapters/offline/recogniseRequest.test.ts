import assert from 'node:assert/strict';
import { recogniseRequest } from '../../../../src/host/adapters/offline/recogniseRequest.ts';

const safe =
  'arrow arrow-return for-of arg-rest arg-spread obj-method obj-shorthand exponent'.split(' ');

describe('recogniseRequest', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['Modernise the JavaScript in lib', safe],
    ['modernize this code base', safe],
    ['Please upgrade our old JavaScript', safe],
    ['convert to ES6', safe],
    ['Bring the code to ES2015 syntax', safe],
    ['Run lebab on everything', safe],
    ['Turn callbacks into arrow functions', ['arrow', 'arrow-return']],
    ['use object shorthand everywhere', ['obj-shorthand']],
    ['Replace apply() with the spread operator', ['arg-spread']],
    ['Replace Math.pow with the exponent operator', ['exponent']],
    ['Rewrite the loops as for...of loops', ['for-of']],
    ['switch to for-of', ['for-of']],
    ['Convert var to let and const', ['let']],
    ['change var to let/const in src/util', ['let']],
    ['Replace all vars by const', ['let']],
    ['Turn prototypes into classes', ['class']],
    ['migrate to ES6 classes', ['class']],
    ['Use template literals instead of string concatenation', ['template']],
    ['Migrate CommonJS to ES modules', ['commonjs']],
    ['convert require to import', ['commonjs']],
    ['use default parameters', ['default-param']],
    ['Use destructuring in parameters', ['destruct-param']],
    ['replace indexOf by includes', ['includes']],
    ['remove "use strict"', ['no-strict']],
    ['Modernise lib: var to let and const', [...safe, 'let']],
    ['Modernise, with classes and template strings', [...safe, 'class', 'template']],
    ['Modernise everything, but no arrow functions', safe.filter((r) => !r.startsWith('arrow'))],
    ['Modernise this but do not convert to classes', safe],
    ['Modernise, but only arrow functions', ['arrow', 'arrow-return']],
    ['Modernise only lib, with classes', [...safe, 'class']],
    ['Modernise lib/templates', safe],
    ['Apply obj-shorthand to the project', ['obj-shorthand']],
  ];
  for (const [request, expected] of cases) {
    it(`reads "${request}"`, () => {
      const recognised = recogniseRequest(request);
      assert.equal(recognised.type, 'modernise');
      assert.deepEqual([...recognised.rules].sort(), [...expected].sort());
    });
  }

  const unknown = [
    '',
    'hello',
    'What can you do?',
    'Port these callbacks to async/await',
    'Add tests for every handler',
    'Add tests for the User class',
    'Convert the project to TypeScript',
    'Let me know what this code does',
    'Document all classes',
    'Find security bugs',
    'Move the repo from npm to pnpm',
  ];
  for (const request of unknown) {
    it(`has no rule for "${request}"`, () => {
      assert.deepEqual(recogniseRequest(request), { type: 'unknown' });
    });
  }

  it('names what a request wants beyond the rules', () => {
    const recognised = recogniseRequest('Modernise lib and move it to TypeScript, then add tests');
    assert.equal(recognised.type, 'modernise');
    assert.deepEqual(recognised.notCovered, ['TypeScript', 'writing tests']);
  });

  it('leaves tests out unless they are asked for', () => {
    const wishes = ['Modernise lib', 'Modernise lib, including the tests'];
    assert.deepEqual(
      wishes.map((wish) => {
        const recognised = recogniseRequest(wish);
        return recognised.type === 'modernise' ? recognised.tests : recognised.type;
      }),
      ['excluded', 'included'],
    );
  });
});
