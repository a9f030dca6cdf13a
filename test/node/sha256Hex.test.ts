import assert from 'node:assert/strict';
import { sha256Hex } from '../../src/node/sha256Hex.ts';

describe('sha256Hex', () => {
  it('is that of the standard, and of a text in UTF-8', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal(sha256Hex('abc'), abc);
    assert.equal(sha256Hex(Buffer.from('abc')), abc);
    assert.equal(sha256Hex('é'), sha256Hex(Buffer.from([0xc3, 0xa9])));
  });
});
