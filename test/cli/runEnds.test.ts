import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { useCliBed } from './support/cliBed.ts';
import { KILL_GRACE_MS } from '../../src/core/limits.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';
import { obey } from '../host/support/obedientModel.ts';
import { agentThatEdits, manyAgents, workflow } from '../host/support/workflowScript.ts';
import { after, fail, holdUntil, text, withUsage } from '../support/messagesApi/replies.ts';
import type { MessagesApi } from '../support/messagesApi/startMessagesApi.ts';

const never = new Promise<never>(() => undefined);
const edit = { path: 'lib/util/money.js', from: "'EUR'", to: "'CHF'" };

describe('muster run: how runs end', () => {
  const test = useCliBed();

  beforeEach(() => test.bed.useSample());

  it('refuses a script that does not pass the check, code 2', async () => {
    const api = await test.bed.startModel(obey);
    const running = await test.bed.startScript(`export const nothing = 1;`, api);
    const { stdout, stderr, exitCode } = await running.ended;
    assert.match(
      stderr,
      /script-1\.js:1:\d+: error: .*\n.*did not pass the check\. Nothing ran\.\n$/su,
    );
    assert.equal(stdout, '');
    assert.equal(exitCode, 2);
  });

  it('fails with the line of the throw, code 1', async () => {
    const api = await test.bed.startModel(obey);
    const running = await test.bed.startScript(
      workflow(`log('before');\n  throw new Error('no such luck');`),
      api,
      '--json',
    );
    const { stdout, exitCode } = await running.ended;
    const { status, error } = readEnd(stdout);
    assert.equal(status, 'failed');
    assert.equal(error?.code, 'script_error');
    assert.match(error.message, /no such luck.*\(line 3, column \d+\)/u);
    assert.equal(exitCode, 1);
  });

  it('fails when no agent succeeded, and does not repeat what is refused for good', async () => {
    const api = await test.bed.startModel(() => fail(401));
    const running = await test.bed.startScript(manyAgents(3), api, '--json');
    const { stdout, exitCode } = await running.ended;
    const end = readEnd(stdout);
    assert.equal(end.status, 'failed');
    assert.match(end.error?.message ?? '', /None of 3 agents succeeded/u);
    assert.deepEqual(end.agents, { ok: 0, failed: 3, skipped: 0, cancelled: 0, cached: 0 });
    const causes = readEvents(stdout).flatMap((event) =>
      event.type === 'agent.ended' ? [event.error?.code] : [],
    );
    assert.deepEqual(causes, ['model_auth', 'model_auth', 'model_auth']);
    assert.equal(exitCode, 1);
  });

  it('goes on when some agents failed', async () => {
    const api = await test.bed.startModel((request) =>
      JSON.stringify(request).includes('task 1') ? fail(400) : text('fine'),
    );
    const running = await test.bed.startScript(manyAgents(3), api, '--json');
    const { stdout, exitCode } = await running.ended;
    const { status, result } = readEnd(stdout);
    assert.deepEqual({ status, result }, { status: 'completed', result: ['fine', null, 'fine'] });
    assert.equal(exitCode, 0);
  });

  it('stops at the limit of agents, resumable, code 3, and starts no more', async () => {
    const api = await test.bed.startModel(() => after(30, text('fine')));
    const running = await test.bed.startScript(manyAgents(9), api, '--json', '--max-agents', '4');
    const { stdout, exitCode } = await running.ended;
    const { status, reason } = readEnd(stdout);
    assert.equal(status, 'paused');
    assert.match(reason ?? '', /limit of 4 agents/u);
    assert.ok(api.requests.length <= 4, `${api.requests.length} requests`);
    assert.equal(exitCode, 3);
  });

  it('stops at the limit of tokens with no more overshoot than what was in flight', async () => {
    const usage = { inputTokens: 900, outputTokens: 100 };
    const api = await test.bed.startModel(() => after(20, withUsage(usage, text('fine'))));
    const options = ['--json', '--max-tokens', '5000', '--concurrency', '2'];
    const running = await test.bed.startScript(manyAgents(50), api, ...options);
    const { stdout, exitCode } = await running.ended;
    assert.equal(readEnd(stdout).status, 'paused');
    assert.ok(api.requests.length <= 7, `${api.requests.length} requests`);
    assert.equal(exitCode, 3);
  });

  it('is cancelled by one Ctrl+C: finished work stays, every request is closed within a second', async () => {
    const api = await test.bed.startModel((request, { turn }) =>
      turn < 2 ? obey(request) : holdUntil(never, text('late')),
    );
    const source = workflow(
      `await ${agentThatEdits(edit)};\nawait parallel(Array.from({ length: 12 }, (_x, i) => () => agent('task ' + i)));`,
    );
    const running = await test.bed.startScript(source, api, '--json', '--concurrency', '10');
    await waitForHeld(api, 10);
    running.interrupt();
    await api.waitFor((seen) => seen.inFlight() === 0, 10_000, 'all requests to be closed');
    const { stdout, stderr, exitCode } = await running.ended;
    const end = readEnd(stdout);
    assert.equal(end.status, 'cancelled');
    assert.deepEqual(end.agents, { ok: 1, failed: 0, skipped: 0, cancelled: 12, cached: 0 });
    assert.equal(end.proposals.files, 1);
    assert.match(stderr, /^Cancelling\. .* Ctrl\+C again to stop immediately\.\n$/u);
    assert.equal(exitCode, 130);
    const shown = await test.bed.run('proposals', 'last', '--json');
    assert.partialDeepStrictEqual(JSON.parse(shown.stdout), { files: [{ path: edit.path }] });
  });

  it('cancels a script that computes without a pause', async () => {
    const api = await test.bed.startModel(obey);
    const running = await test.bed.startScript(
      workflow(`log('spinning');\nawait null;\nfor (;;);`),
      api,
      '--json',
    );
    await running.waitForOutput('spinning');
    running.interrupt();
    const { stdout, exitCode } = await running.ended;
    assert.equal(readEnd(stdout).status, 'cancelled');
    assert.equal(exitCode, 130);
  });

  it('stops at once at the second Ctrl+C, and takes its commands with it', async () => {
    const api = await test.bed.startModel(obey);
    const listener = createServer().listen(0, '127.0.0.1');
    try {
      await once(listener, 'listening');
      // A sandboxed command could not tell from inside that it is there.
      test.bed.variables = { MUSTER_SANDBOX: 'off' };
      const connected = once(listener, 'connection', { signal: AbortSignal.timeout(20_000) });
      // A command that ignores SIGTERM keeps a cancelled run busy for its grace time.
      const { port } = listener.address() as AddressInfo;
      const stubborn = `node -e 'process.on("SIGTERM", () => 0); require("net").connect(${port})'`;
      const source = workflow(`await verify(${JSON.stringify(stubborn)});`);
      const running = await test.bed.startScript(source, api, '--json', '--unsandboxed');
      const [socket] = (await connected) as [Socket];
      socket.on('error', () => undefined).resume();
      const commandGone = once(socket, 'close', { signal: AbortSignal.timeout(15_000) });
      running.interrupt();
      await running.waitForError('Ctrl+C again');
      const startedMs = performance.now();
      running.interrupt();
      const { exitCode } = await running.ended;
      assert.equal(exitCode, 130);
      assert.ok(performance.now() - startedMs < KILL_GRACE_MS);
      await commandGone;
    } finally {
      listener.close();
    }
  });
});

function waitForHeld(api: MessagesApi, count: number): Promise<void> {
  return api.waitFor((seen) => seen.inFlight() === count, 20_000, `${count} open requests`);
}
