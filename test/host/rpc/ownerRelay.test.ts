import assert from 'node:assert/strict';
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { HostConnection } from '../../../src/hostClient/hostConnection.ts';
import { CliProcess, type CliResult } from '../../cli/support/cliProcess.ts';
import { readEnd } from '../../cli/support/publicEvents.ts';
import { holdUntil, text } from '../../support/messagesApi/replies.ts';
import type { MessagesApi } from '../../support/messagesApi/startMessagesApi.ts';
import { useHostBed } from '../support/hostBed.ts';
import { RunFollower, startFollowed } from '../support/runFollower.ts';
import { manyAgents, workflow } from '../support/workflowScript.ts';

const cliFile = path.resolve(import.meta.dirname, '../../../dist/cli.cjs');

describe('a run that another process owns', function () {
  this.timeout(90_000);
  const test = useHostBed();
  const started: CliProcess[] = [];
  let hold = Promise.withResolvers<undefined>();

  beforeEach(() => {
    hold = Promise.withResolvers<undefined>();
  });
  afterEach(async () => {
    for (const running of started) running.kill();
    await Promise.allSettled(started.splice(0).map((running) => running.ended));
  });

  function muster(...args: readonly string[]): CliProcess {
    const places = ['--cwd', test.bed.workspace, '--state-dir', test.bed.stateRoot];
    const env = { PATH: process.env['PATH'] ?? '', HOME: test.bed.root };
    const running = new CliProcess(cliFile, [...args, ...places], { cwd: test.bed.root, env });
    started.push(running);
    return running;
  }

  const command = (...args: readonly string[]): Promise<CliResult> => muster(...args).ended;

  const firstAtOnce = (): Promise<MessagesApi> =>
    test.bed.startModel((_request, { turn }) =>
      turn === 0 ? text('fine') : holdUntil(hold.promise, text('fine')),
    );

  /** A command line that runs four agents, three of which wait for the model. */
  async function startCli(api: MessagesApi, source: string): Promise<CliProcess> {
    const script = path.join(test.bed.root, 'script.js');
    await writeFile(script, source);
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
    const running = muster('run', '--script', script, ...model, '--yes', '--json');
    await api.waitFor((seen) => seen.inFlight() === 3, 20_000, 'three requests');
    return running;
  }

  async function openWindow(): Promise<{ client: HostConnection; runId: string }> {
    const client = await test.bed.connect(await test.bed.fork());
    const { runs } = await client.request('runs.list', {});
    const [run] = runs;
    assert.ok(run !== undefined);
    assert.deepEqual([run.state, run.endedAt], ['running', null]);
    return { client, runId: run.runId };
  }

  it('in a terminal is watched and steered in a window to its end', async () => {
    const api = await firstAtOnce();
    const running = await startCli(api, manyAgents(4));
    const { client, runId } = await openWindow();
    const follower = await RunFollower.follow(client, runId);
    await follower.waitFor((view) => view.agents.some((a) => a.status === 'ok'), 'the first end');
    await client.request('run.control', { runId, control: { action: 'pause' } });
    const paused = await follower.waitFor((view) => view.state === 'paused', 'the pause');
    assert.equal(paused.pauseReason, 'user');
    await client.request('run.control', { runId, control: { action: 'resume' } });
    await follower.waitFor((view) => view.state === 'running', 'that it goes on');
    const control = { action: 'throttle', concurrency: 1 } as const;
    await client.request('run.control', { runId, control });
    await follower.waitFor((view) => view.concurrency === 1, 'the throttle');
    hold.resolve(undefined);
    const ended = await follower.waitForEnd();
    assert.equal(ended.state, 'completed');
    const { exitCode, stdout } = await running.ended;
    assert.deepEqual([exitCode, readEnd(stdout).runId], [0, runId]);
    const again = await client.request('run.subscribe', { runId });
    assert.deepEqual(again.view, ended);
    const late = client.request('run.control', { runId, control: { action: 'cancel' } });
    await assert.rejects(late, /is not running; nothing to cancel/u);
  });

  it('in a terminal is cancelled from a window', async () => {
    const api = await firstAtOnce();
    const running = await startCli(api, manyAgents(4));
    const { client, runId } = await openWindow();
    await client.request('run.control', { runId, control: { action: 'cancel' } });
    await api.waitFor((seen) => seen.inFlight() === 0, 10_000, 'all requests to be closed');
    const { exitCode } = await running.ended;
    assert.equal(exitCode, 130);
  });

  it('makes a window ask anew when its terminal is killed, and shows it as interrupted', async () => {
    const api = await firstAtOnce();
    const running = await startCli(api, manyAgents(4));
    const { client, runId } = await openWindow();
    const { sequence } = await client.request('run.subscribe', { runId });
    const gap = new Promise<boolean>((resolve) => {
      let newest = sequence;
      client.onNotification('run.events', (batch) => {
        if (batch.sequence > newest + 1) resolve(true);
        newest = batch.sequence;
      });
    });
    const summary = new Promise<string>((resolve) => {
      client.onNotification('runs.changed', ({ run }) => {
        if (run.state === 'interrupted') resolve(run.runId);
      });
    });
    running.kill();
    assert.deepEqual([await gap, await summary], [true, runId]);
    const { view } = await client.request('run.subscribe', { runId });
    assert.equal(view.state, 'interrupted');
  });

  it('in a window is steered from a terminal: paused, gone on with, cancelled', async () => {
    const api = await firstAtOnce();
    const client = await test.bed.connect(await test.bed.fork());
    await test.bed.useModel(client, api);
    const run = await startFollowed(client, manyAgents(4));
    await api.waitFor((seen) => seen.inFlight() === 3, 20_000, 'three requests');
    const paused = await command('pause', 'last');
    assert.equal(paused.exitCode, 0, paused.stderr);
    await run.waitFor((view) => view.state === 'paused', 'the pause');
    const resumed = await command('resume', 'last');
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    await run.waitFor((view) => view.state === 'running', 'that it goes on');
    const cancelled = await command('cancel', run.runId);
    assert.equal(cancelled.exitCode, 0, cancelled.stderr);
    assert.equal((await run.waitForEnd()).state, 'cancelled');
  });

  it('in a window waits at a limit until a terminal raises it', async () => {
    const api = await test.bed.startModel(() => text('fine'));
    const client = await test.bed.connect(await test.bed.fork());
    await test.bed.useModel(client, api);
    const run = await startFollowed(client, manyAgents(6), { maxAgents: 2 });
    await run.waitFor((view) => view.pauseReason === 'limit', 'the limit');
    const refused = await command('resume', 'last');
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /is paused at a limit: .*2 agents.*To raise it: muster resume/u);
    const raised = await command('resume', 'last', '--max-agents', '6');
    assert.equal(raised.exitCode, 0, raised.stderr);
    const ended = await run.waitForEnd();
    assert.deepEqual([ended.state, ended.agents.length], ['completed', 6]);
  });

  it('in a window waits at a gate until a terminal answers', async () => {
    const client = await test.bed.connect(await test.bed.fork());
    const run = await startFollowed(client, workflow(`return await gate('Ship it?');`));
    await run.waitFor((view) => view.pauseReason === 'gate', 'the gate');
    const refused = await command('resume', 'last');
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /is waiting for an answer: Ship it\? Answer it: muster gate/u);
    const answered = await command('gate', 'last', 'reject', '--note', 'no');
    assert.equal(answered.exitCode, 0, answered.stderr);
    const ended = await run.waitForEnd();
    assert.equal(ended.resultPreview, '{"approved":false,"note":"no"}');
  });

  it('stopped at a gate in a terminal, and is answered in a window', async () => {
    const script = path.join(test.bed.root, 'script.js');
    await writeFile(script, workflow(`return await gate('Ship it?');`));
    const options = ['--script', script, '--provider', 'offline', '--yes'];
    assert.equal((await command('run', ...options, '--json')).exitCode, 4);
    const client = await test.bed.connect(await test.bed.fork());
    const [run] = (await client.request('runs.list', {})).runs;
    const runId = run?.runId ?? '';
    const answer = { action: 'answerGate', gateId: 1, approved: true, note: 'yes' } as const;
    await client.request('run.control', { runId, control: answer });
    const twice = client.request('run.control', { runId, control: answer });
    await assert.rejects(twice, /has no open question 1/u);
    const { exitCode, stdout } = await command('resume', 'last', '--yes', '--json');
    assert.deepEqual([exitCode, readEnd(stdout).result], [0, { approved: true, note: 'yes' }]);
    const { view } = await client.request('run.subscribe', { runId });
    assert.equal(view.state, 'completed', 'what another process did is seen here too');
  });
});
