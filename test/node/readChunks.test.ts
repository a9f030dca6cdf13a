import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readChunks } from '../../src/node/readChunks.ts';

describe('readChunks', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'muster-chunks-'));
    await writeFile(path.join(folder, 'file'), 'abcdef');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [bytes, expected] of [
    [undefined, 'abcdef'],
    [0, ''],
    [1, 'a'],
    [4, 'abcd'],
    [100, 'abcdef'],
  ] as const) {
    it(`gives ${bytes ?? 'all'} bytes, and leaves the file open`, async () => {
      const handle = await open(path.join(folder, 'file'), 'r');
      const chunks: Buffer[] = [];
      for await (const chunk of readChunks(handle, bytes)) chunks.push(chunk);
      assert.equal(Buffer.concat(chunks).toString(), expected);
      assert.equal((await handle.stat()).size, 6);
      await handle.close();
    });
  }
});
