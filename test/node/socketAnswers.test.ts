import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { socketAnswers } from '../../src/node/socketAnswers.ts';

describe('socketAnswers', () => {
  it('tells a socket that somebody listens on from one that nobody does', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'muster-socket-'));
    try {
      const address = path.join(folder, 'socket');
      assert.equal(await socketAnswers(address), false);
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(address, resolve));
      assert.equal(await socketAnswers(address), true);
      await new Promise((resolve) => server.close(resolve));
      assert.equal(await socketAnswers(address), false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
