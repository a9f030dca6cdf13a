import assert from 'node:assert/strict';
import { findScope } from '../../../../src/host/adapters/offline/findScope.ts';
import type { Scope } from '../../../../src/host/adapters/offline/findScope.ts';

const files = [
  'index.js',
  'lib/pricing/tax.js',
  'lib/reports/daily.js',
  'lib/reports/weekly.js',
  'lib/util.js',
  'package.json',
  'tools/build.js',
  'tools/old/build.js',
];

describe('findScope', () => {
  const some = (
    folders: readonly string[],
    names: readonly string[] = [],
    excluded: readonly string[] = [],
  ): Scope => ({ type: 'found', folders, files: names, excluded });
  const all = some([]);
  const cases: readonly [string, Scope][] = [
    ['Modernise everything', all],
    ['Modernise the JavaScript in lib', some(['lib'])],
    ['Modernise lib', some(['lib'])],
    ['Modernise lib and convert var to let/const', some(['lib'])],
    ['Modernise lib, but not lib/reports', some(['lib'], [], ['lib/reports/**'])],
    ['Modernise everything except tools and index.js', some([], [], ['index.js', 'tools/**'])],
    ['Modernise the JavaScript in lib/reports', some(['lib/reports'])],
    ['Modernise lib/reports/.', some(['lib/reports'])],
    ['Modernise ./lib/reports/ and tools', some(['lib/reports', 'tools'])],
    ['Modernise only the `tools` folder', some(['tools'])],
    ['Modernise lib/util.js', some([], ['lib/util.js'])],
    ['Modernise tax.js', some([], ['lib/pricing/tax.js'])],
    ['Modernise index.js and lib/pricing', some(['lib/pricing'], ['index.js'])],
    ['Modernise tools/build.js', some([], ['tools/build.js'])],
    ['Modernise build.js', { type: 'missing', path: 'build.js' }],
    ['Convert var to let/const', all],
    ['Convert var to let/const in lib/pricing', some(['lib/pricing'])],
    ['Modernise the code in good style', all],
    ['Modernise the code in lib/nothing', { type: 'missing', path: 'lib/nothing' }],
    ['Modernise lib/gone.js', { type: 'missing', path: 'lib/gone.js' }],
  ];
  for (const [request, expected] of cases) {
    it(`reads "${request}"`, () => assert.deepEqual(findScope(request, files), expected));
  }
});
