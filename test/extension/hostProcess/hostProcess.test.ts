import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { forkHost } from '../../../src/extension/hostProcess/forkHost.ts';
import { backgroundHost } from '../../../src/hostClient/backgroundHost.ts';
import { HostConnection } from '../../../src/hostClient/hostConnection.ts';
import { HostProcess } from '../../../src/extension/hostProcess/hostProcess.ts';

const hostFile = path.join(import.meta.dirname, '../support/fakeHost.ts');
const offline = { provider: 'offline', baseUrl: null, model: null, apiKey: null } as const;
const limits = { maxAgents: 1, concurrency: 1, maxTokens: null, maxUsd: null, maxMinutes: 1 };
const draft = { planId: 'p1', request: 'anything', limits };

describe('the connection to the background host', function () {
  this.timeout(20_000);
  let directory = '';
  let host: HostProcess;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'muster-host-'));
    host = new HostProcess({
      open: async () => HostConnection.open(await fork(), backgroundHost(log)),
      providerConfig: () => Promise.resolve(offline),
      log,
      nowMs: () => 0,
    });
  });

  afterEach(async () => {
    delete process.env['MUSTER_FAKE'];
    host.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  it('starts the host once, at the first request', async () => {
    assert.equal(host.isConnected, false);
    const answers = await Promise.all([
      host.request('runs.list', {}),
      host.request('runs.list', {}),
    ]);
    assert.deepEqual(answers, [{ runs: [] }, { runs: [] }]);
    assert.equal(typeof host.pid, 'number');
  });

  it('settles every pending request and tells when the host is killed', async () => {
    await host.connect();
    const pending = host.request('plan.draft', draft);
    const died = new Promise<void>((resolve) => host.onDied(() => resolve()));
    kill();
    await assert.rejects(pending, { code: 'host_died' });
    await died;
    assert.equal(host.isConnected, false);
  });

  it('starts a new host for the next request', async () => {
    await host.connect();
    const firstPid = host.pid;
    const died = new Promise<void>((resolve) => host.onDied(resolve));
    kill();
    await died;
    await host.request('runs.list', {});
    assert.notEqual(host.pid, firstPid);
  });

  it('stops starting a host that keeps ending, until the user asks', async () => {
    for (let start = 0; start < 5; start += 1) {
      await host.connect();
      const died = new Promise<void>((resolve) => {
        const subscription = host.onDied(() => {
          subscription.dispose();
          resolve();
        });
      });
      kill();
      await died;
    }
    await assert.rejects(host.request('runs.list', {}), /5 times within a minute/u);
    await host.restart();
    assert.equal(host.isConnected, true);
  });

  it('passes on the host’s own words when it refuses a request', async () => {
    await assert.rejects(host.request('run.report', { runId: 'r' }), {
      message: 'There is no such run.',
    });
  });

  it('refuses an answer of an unknown shape', async () => {
    await assert.rejects(host.request('run.script', { runId: 'r' }), /expected string/u);
  });

  it('hands over notifications that parse, and no others', async () => {
    const texts: string[] = [];
    host.onNotification('plan.text', ({ text }) => texts.push(text));
    await host.request('plan.cancel', { planId: 'p1' });
    assert.deepEqual(texts, ['hello']);
  });

  it('is refused with a wrong token', async () => {
    const { socket } = await fork();
    await assert.rejects(HostConnection.open({ socket, token: 'guess' }, backgroundHost(log)), {
      message: 'The token is wrong.',
    });
  });

  it('says why a host could not start', async () => {
    process.env['MUSTER_FAKE'] = 'fail';
    await assert.rejects(fork(), /the state folder is not writable\. Its log: .*host\.log/u);
  });

  it('gives up on a host that never gets ready', async () => {
    process.env['MUSTER_FAKE'] = 'silent';
    await assert.rejects(fork(200), /not ready after 0\.2 seconds/u);
  });

  function fork(readyTimeoutMs = 15_000) {
    return forkHost({
      hostFile,
      workspaceDir: directory,
      stateDir: null,
      useSandbox: true,
      readyTimeoutMs,
      logFile: path.join(directory, 'logs/host.log'),
    });
  }

  function kill(): void {
    assert.ok(host.pid);
    process.kill(host.pid, 'SIGKILL');
  }
});
