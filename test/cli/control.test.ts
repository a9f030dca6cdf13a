import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { BREAKER_IN_A_ROW } from '../../src/core/limits.ts';
import { RunOwner } from '../../src/host/runs/runOwner.ts';
import { manyAgents, workflow } from '../host/support/workflowScript.ts';
import { holdUntil, text } from '../support/messagesApi/replies.ts';
import type { MessagesApi, Respond } from '../support/messagesApi/startMessagesApi.ts';
import { useCliBed } from './support/cliBed.ts';
import type { CliProcess } from './support/cliProcess.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';

/** A model that answers its first request, and every other one only when it is told to. */
class HeldModel {
  readonly respond: Respond = (_request, { turn }) => {
    const held = Promise.withResolvers<undefined>();
    if (this.#isOpen || turn === 0) held.resolve(undefined);
    else this.#held.push(held);
    return holdUntil(held.promise, text('fine'));
  };
  readonly #held: PromiseWithResolvers<undefined>[] = [];
  #isOpen = false;

  answer(count: number): void {
    for (const held of this.#held.splice(0, count)) held.resolve(undefined);
  }

  answerAll(): void {
    this.#isOpen = true;
    this.answer(Infinity);
  }
}

const inFlight = (api: MessagesApi, count: number, deadlineMs = 20_000) =>
  api.waitFor((seen) => seen.inFlight() === count, deadlineMs, `${count} open requests`);

describe('muster: steering a run from another process', function () {
  this.timeout(90_000);
  const test = useCliBed();
  let model: HeldModel;
  let api: MessagesApi;

  beforeEach(async () => {
    model = new HeldModel();
    await test.bed.useSample();
    api = await test.bed.startModel(model.respond);
  });

  /** Starts agents of which so many ask the model and wait. */
  async function startHeld(agents: number, concurrency: number): Promise<CliProcess> {
    const source = manyAgents(agents);
    const options = ['--json', '--concurrency', String(concurrency)];
    const running = await test.bed.startScript(source, api, ...options);
    await inFlight(api, concurrency);
    return running;
  }

  async function runDirectory(): Promise<string> {
    const runs = path.join(await test.bed.stateDirectory(), 'runs');
    const [runId] = await readdir(runs);
    return path.join(runs, runId ?? '');
  }

  async function readOwner(): Promise<RunOwner> {
    const file = path.join(await runDirectory(), 'owner.json');
    return RunOwner.parse(JSON.parse(await readFile(file, 'utf8')));
  }

  it('pauses: no request starts until it is resumed', async () => {
    const running = await startHeld(12, 3);
    const paused = await test.bed.run('pause', 'last');
    assert.equal(paused.exitCode, 0, paused.stderr);
    assert.match(paused.stdout, /^Run \S+ is paused: 3 agents running, 8 queued; .*nothing new/u);
    const asked = api.requests.length;
    model.answer(3);
    await inFlight(api, 0);
    await running.waitForOutput('"state":"paused","reason":"user"');
    const shown = await test.bed.run('show', 'last', '--json');
    assert.partialDeepStrictEqual(JSON.parse(shown.stdout), { state: 'paused', endedAt: null });
    assert.equal(api.requests.length, asked, 'nothing was asked while it was paused');
    const resumed = await test.bed.run('resume', 'last');
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    assert.match(resumed.stdout, /^Run \S+ continues\.\n$/u);
    model.answerAll();
    const { stdout, exitCode } = await running.ended;
    assert.deepEqual([exitCode, readEnd(stdout).agents.ok], [0, 12]);
    assert.ok(api.requests.every((request) => !request.closedByClient));
  });

  it('throttles: what is open ends, then at most so many at once', async () => {
    const running = await startHeld(30, 8);
    const throttled = await test.bed.run('throttle', 'last', '2', '--json');
    assert.equal(throttled.exitCode, 0, throttled.stderr);
    assert.partialDeepStrictEqual(JSON.parse(throttled.stdout), { action: 'throttle' });
    assert.equal(api.inFlight(), 8, 'nothing is aborted');
    model.answer(6);
    await inFlight(api, 2);
    api.resetMaxInFlight();
    model.answerAll();
    const { stdout, exitCode } = await running.ended;
    assert.deepEqual([exitCode, readEnd(stdout).agents.ok, api.maxInFlight()], [0, 30, 2]);
    assert.ok(readEvents(stdout).some((event) => event.type === 'run.throttled'));
  });

  it('cancels: every request is closed within a second, code 130', async () => {
    const running = await startHeld(20, 10);
    const cancelled = await test.bed.run('cancel', 'last');
    await inFlight(api, 0, 1000);
    assert.equal(cancelled.exitCode, 0, cancelled.stderr);
    assert.match(cancelled.stdout, /being cancelled: 10 agents running, 9 queued; finished work/u);
    const { stdout, exitCode } = await running.ended;
    const { status, agents } = readEnd(stdout);
    assert.deepEqual([exitCode, status, agents.ok, agents.cancelled], [130, 'cancelled', 1, 19]);
    assert.equal(api.requests.filter((request) => request.closedByClient).length, 10);
  });

  it('skips an agent and begins one anew', async () => {
    const source = workflow(
      `return await Promise.all(['a', 'b', 'c', 'd'].map((name) => agent(name, { label: name })));`,
    );
    const running = await test.bed.startScript(source, api, '--json');
    await inFlight(api, 3);
    const shown = await test.bed.run('show', 'last', '--json');
    const { agents } = JSON.parse(shown.stdout) as {
      agents: { agentId: number; status: string; label: string }[];
    };
    const [skipped, retried] = agents.filter((agent) => agent.status === 'running');
    assert.ok(skipped !== undefined && retried !== undefined);
    const skip = await test.bed.run('skip', 'last', String(skipped.agentId));
    assert.equal(skip.exitCode, 0, skip.stderr);
    const asked = api.requests.length;
    const retry = await test.bed.run('retry', 'last', String(retried.agentId));
    assert.equal(retry.exitCode, 0, retry.stderr);
    await api.waitFor((seen) => seen.requests.length > asked, 10_000, 'the new attempt');
    const finished = agents.find((agent) => agent.status === 'ok');
    const late = await test.bed.run('skip', 'last', String(finished?.agentId));
    assert.equal(late.exitCode, 2);
    assert.match(late.stderr, /has finished with agent \d \(ok\); there is nothing to skip/u);
    const none = await test.bed.run('skip', 'last', '77');
    assert.match(none.stderr, /has 4 agents and no number 77/u);
    model.answerAll();
    const { stdout, exitCode } = await running.ended;
    const expected = ['a', 'b', 'c', 'd'].map((name) => (name === skipped.label ? null : 'fine'));
    assert.deepEqual([exitCode, readEnd(stdout).result], [0, expected]);
  });

  it('names its owner in a private file, and takes its socket away at the end', async () => {
    const running = await startHeld(4, 2);
    const directory = await runDirectory();
    const { socket, token, released } = await readOwner();
    assert.ok(socket !== null && token !== null);
    assert.deepEqual([token.length, released], [64, false]);
    assert.equal((await stat(path.join(directory, 'owner.json'))).mode & 0o777, 0o600);
    assert.equal((await stat(socket)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(socket))).mode & 0o777, 0o700);
    model.answerAll();
    assert.equal((await running.ended).exitCode, 0);
    await assert.rejects(stat(socket), { code: 'ENOENT' });
    const left = await readOwner();
    assert.deepEqual([left.socket, left.token, left.released], [null, null, true]);
  });

  it('refuses to resume what runs, and says how to steer it', async () => {
    const running = await startHeld(4, 2);
    const refused = await test.bed.run('resume', 'last');
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /is already running\. To control it: muster pause, throttle or/u);
    model.answerAll();
    assert.equal((await running.ended).exitCode, 0);
  });

  const late = ['pause', 'cancel', 'throttle', 'skip', 'retry'] as const;
  it('says that a run is not running any more, and how to go on', async () => {
    const running = await startHeld(4, 2);
    running.kill();
    await running.ended;
    for (const verb of late) {
      const number = verb === 'pause' || verb === 'cancel' ? [] : ['1'];
      const { exitCode, stderr, stdout } = await test.bed.run(verb, 'last', ...number);
      assert.deepEqual([exitCode, stdout], [2, ''], verb);
      assert.match(
        stderr,
        /^Run \S+ is not running \(interrupted\)\. Resume it: muster resume \S+\n$/u,
      );
    }
  });

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['pause', 'last'], /No run "last"/u],
    [['throttle', 'last', '0'], /"0" is not a valid number of agents\. Use 1 to 256/u],
    [['throttle', 'last', '257'], /Use 1 to 256/u],
    [['throttle', 'last', 'many'], /Use 1 to 256/u],
    [['skip', 'last', 'one'], /"one" is not an agent's number/u],
    [['gate', 'last', 'maybe'], /"maybe" is not an answer\. Use approve or reject/u],
  ];
  it('refuses wrong usage with code 2 and one sentence', async () => {
    for (const [args, sentence] of wrong) {
      const { exitCode, stderr } = await test.bed.run(...args);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, sentence);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
  });

  it('is gone on with by exactly one of two that resume it at the same moment', async () => {
    const first = await startHeld(6, BREAKER_IN_A_ROW);
    first.kill();
    await first.ended;
    const options = ['--provider', 'anthropic', '--base-url', api.baseUrl, '--yes', '--json'];
    const both = [1, 2].map(() => test.bed.start(['resume', 'last', ...options]));
    const loser = await Promise.race(both.map((running) => running.ended));
    assert.notEqual(loser.exitCode, 0, 'the winner waits for the model');
    assert.match(loser.stderr, /^Run \S+ is already (?:held by process \d+|running)\. /iu);
    assert.equal(loser.stdout, '');
    model.answerAll();
    const ends = await Promise.all(both.map((running) => running.ended));
    const codes = ends.map(({ exitCode }) => exitCode);
    assert.equal(codes.filter((code) => code === 0).length, 1, codes.join());
    const audit = await readFile(path.join(await runDirectory(), 'journal.jsonl'), 'utf8');
    assert.equal(audit.split('"kind":"run.resumed"').length - 1, 1);
  });
});

describe('muster: limits in dollars where the price is unknown', function () {
  this.timeout(90_000);
  const test = useCliBed();

  beforeEach(() => test.bed.useSample());

  it('refuses an explicit one before anything runs, code 2', async () => {
    const api = await test.bed.startModel(() => text('fine'));
    const options = ['--json', '--model', 'own-model', '--max-usd', '3'];
    const { exitCode, stdout, stderr } = await (
      await test.bed.startScript(manyAgents(2), api, ...options)
    ).ended;
    assert.deepEqual([exitCode, stdout, api.requests.length], [2, '', 0]);
    assert.match(stderr, /^The price of own-model is not known.*--max-tokens.*\n$/u);
    assert.equal((await test.bed.run('runs')).stdout, 'No runs yet.\n');
  });

  it('lets tokens stand in for the default one, and says so once', async () => {
    const api = await test.bed.startModel(() => text('fine'));
    const options = ['--json', '--model', 'own-model'];
    const { exitCode, stdout } = await (
      await test.bed.startScript(manyAgents(2), api, ...options)
    ).ended;
    assert.equal(exitCode, 0);
    const warnings = readEvents(stdout).flatMap((event) =>
      event.type === 'log' && event.level === 'warning' ? [event.message] : [],
    );
    assert.deepEqual(warnings, [
      'The price of own-model is unknown, so the run stops at 2,000,000 tokens instead of $5.',
    ]);
  });
});
