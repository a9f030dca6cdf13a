import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exists } from '../../src/node/exists.ts';
import { ifThere } from '../../src/node/ifThere.ts';
import { modifiedAtMs } from '../../src/node/modifiedAtMs.ts';
import { namesIn } from '../../src/node/namesIn.ts';
import { readIfThere } from '../../src/node/readIfThere.ts';

describe('A look at a file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'muster-node-'));
    await writeFile(path.join(folder, 'file'), 'text');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const looks: readonly (readonly [string, (file: string) => Promise<unknown>, unknown])[] = [
    ['readIfThere', readIfThere, null],
    ['namesIn', namesIn, []],
    ['modifiedAtMs', modifiedAtMs, null],
    ['exists', exists, false],
  ];
  for (const [name, look, nothing] of looks) {
    it(`finds nothing where there is none, nor can be: ${name}`, async () => {
      assert.deepEqual(await look(path.join(folder, 'none')), nothing);
      assert.deepEqual(await look(path.join(folder, 'none', 'below')), nothing);
      assert.deepEqual(await look(path.join(folder, 'file', 'below')), nothing);
    });

    it(`rejects when it cannot be found out: ${name}`, async () => {
      const failure = Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' }));
      await assert.rejects(ifThere(failure), { code: 'EIO' });
      await assert.rejects(look('\0'), { code: 'ERR_INVALID_ARG_VALUE' });
    });
  }

  it('gives what is there', async () => {
    const file = path.join(folder, 'file');
    assert.equal(await readIfThere(file), 'text');
    assert.deepEqual(await namesIn(folder), ['file']);
    assert.equal(await exists(file), true);
    assert.equal(await exists(folder), true);
    assert.ok(Math.abs(((await modifiedAtMs(file)) ?? 0) - Date.now()) < 60_000);
    assert.equal(await ifThere(Promise.resolve(7)), 7);
  });
});
