import assert from 'node:assert/strict';
import { openOwner } from '../../../src/host/rpc/openOwner.ts';

const owner = { pid: 4711, startTime: 0, identity: null, released: false };
const advice = 'Try again, or end that process and resume the run.';

describe('asking the process that owns a run', () => {
  it('says that it takes no orders when it has no socket', async () => {
    await assert.rejects(openOwner({ ...owner, socket: null, token: null }), {
      code: 'host_died',
      message: `Process 4711 runs it and cannot be asked: it takes no orders. ${advice}`,
    });
  });

  it('says that it cannot be reached when nobody listens', async () => {
    const socket = '/nowhere/at/all';
    await assert.rejects(openOwner({ ...owner, socket, token: 'token' }), {
      code: 'host_died',
      message: `Process 4711 runs it and cannot be asked: connect ENOENT ${socket}. ${advice}`,
    });
  });
});
