import assert from 'node:assert/strict';
import { isMissing } from '../../src/node/isMissing.ts';

const failed = (code: string): Error => Object.assign(new Error(code), { code });

describe('isMissing', () => {
  for (const code of ['ENOENT', 'ENOTDIR']) {
    it(`is true of ${code}`, () => assert.equal(isMissing(failed(code)), true));
  }
  for (const thrown of [failed('EACCES'), new Error('ENOENT'), 'ENOENT', null, undefined]) {
    it(`is false of ${String(thrown)}`, () => assert.equal(isMissing(thrown), false));
  }
});
