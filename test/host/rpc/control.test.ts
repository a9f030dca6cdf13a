import assert from 'node:assert/strict';
import { beginThenHold, text } from '../../support/messagesApi/replies.ts';
import type { MessagesApi, Respond } from '../../support/messagesApi/startMessagesApi.ts';
import { endlessLoop, quickAttacks } from '../support/attackScripts.ts';
import { useHostBed } from '../support/hostBed.ts';
import { obey } from '../support/obedientModel.ts';
import { RunFollower, startFollowed, startParams } from '../support/runFollower.ts';
import { agentThatEdits, manyAgents, workflow } from '../support/workflowScript.ts';

/** A model that begins each answer at once, as a provider does, and ends it only when it is told to. */
class HeldModel {
  readonly respond: Respond = () => {
    const held = Promise.withResolvers<undefined>();
    this.#held.push(held);
    if (this.#isOpen) held.resolve(undefined);
    return beginThenHold(held.promise, text('fine'));
  };
  readonly #held: PromiseWithResolvers<undefined>[] = [];
  #isOpen = false;

  /** Answers the oldest requests that still wait. */
  answer(count: number): void {
    for (const held of this.#held.splice(0, count)) held.resolve(undefined);
  }

  /** Answers whatever waits and whatever comes. */
  answerAll(): void {
    this.#isOpen = true;
    this.answer(Infinity);
  }
}

const inFlight = (api: MessagesApi, count: number, deadlineMs = 10_000) =>
  api.waitFor((seen) => seen.inFlight() === count, deadlineMs, `${count} open requests`);
const requests = (api: MessagesApi, count: number) =>
  api.waitFor((seen) => seen.requests.length === count, 10_000, `${count} requests`);

describe('steering a run over the socket', () => {
  const test = useHostBed();

  it('folds batches to the same picture as the host has', async () => {
    const { client } = await test.bed.start(obey);
    const edit = { path: 'lib/util/money.js', from: "'EUR'", to: "'CHF'" };
    const source = workflow(`
      phase('Edit');
      await ${agentThatEdits(edit, { label: 'money', group: 'Money' })};
      log('half way');
      phase('Ask');
      return await parallel(Array.from({ length: 30 }, (_x, i) => () => agent('task ' + i)));`);
    const run = await startFollowed(client, source);
    const ended = await run.waitForEnd();
    assert.ok(run.sequence >= 1);
    assert.equal(ended.state, 'completed');
    assert.equal(ended.agents.length, 31);
    assert.deepEqual(ended.phases, ['Edit', 'Ask']);
    const fresh = await client.request('run.subscribe', { runId: run.runId });
    assert.deepEqual([fresh.sequence, fresh.view], [0, ended]);
    const { runs } = await client.request('runs.list', {});
    assert.partialDeepStrictEqual(runs[0], { runId: run.runId, counts: { ok: 31, failed: 0 } });
    const { markdown } = await client.request('agent.transcript', { runId: run.runId, agentId: 1 });
    assert.match(markdown, /edit_file/u);
    assert.equal((await client.request('run.script', { runId: run.runId })).script, source);
  });

  it('throttles 16 to 1: what is in flight ends, then one at a time', async () => {
    const model = new HeldModel();
    const { client, api } = await test.bed.start(model.respond);
    const run = await startFollowed(client, manyAgents(40), { concurrency: 16 });
    await inFlight(api, 16);
    const control = { action: 'throttle', concurrency: 1 } as const;
    await client.request('run.control', { runId: run.runId, control });
    await run.waitFor((view) => view.concurrency === 1, 'the throttle');
    assert.equal(api.inFlight(), 16, 'nothing is aborted');
    model.answer(15);
    await inFlight(api, 1);
    assert.equal(api.requests.length, 16, 'nobody came in while more than one was open');
    api.resetMaxInFlight();
    model.answerAll();
    const ended = await run.waitForEnd();
    assert.equal(ended.state, 'completed');
    assert.deepEqual([api.requests.length, api.maxInFlight()], [40, 1]);
    assert.ok(api.requests.every((request) => !request.closedByClient));
  });

  it('pauses: nothing new starts until it is resumed', async () => {
    const model = new HeldModel();
    const { client, api } = await test.bed.start(model.respond);
    const run = await startFollowed(client, manyAgents(12), { concurrency: 4 });
    const { runId } = run;
    await inFlight(api, 4);
    await client.request('run.control', { runId, control: { action: 'pause' } });
    const paused = await run.waitFor((view) => view.state === 'paused', 'the pause');
    assert.equal(paused.pauseReason, 'user');
    model.answer(4);
    await run.waitFor(
      (view) => view.agents.filter((a) => a.status === 'ok').length === 4,
      '4 ends',
    );
    assert.deepEqual([api.requests.length, api.inFlight()], [4, 0]);
    await client.request('run.control', { runId, control: { action: 'resume' } });
    await requests(api, 8);
    model.answerAll();
    assert.equal((await run.waitForEnd()).state, 'completed');
    assert.equal(api.maxInFlight(), 4);
  });

  it('cancels: every request is closed within a second, finished work stays', async () => {
    const model = new HeldModel();
    const { client, api } = await test.bed.start(model.respond);
    const run = await startFollowed(client, manyAgents(100), { concurrency: 50 });
    await inFlight(api, 50);
    model.answer(10);
    await run.waitFor(
      (view) => view.agents.filter((a) => a.status === 'ok').length === 10,
      '10 ends',
    );
    await inFlight(api, 50);
    await client.request('run.control', { runId: run.runId, control: { action: 'cancel' } });
    await inFlight(api, 0, 1000);
    const ended = await run.waitForEnd();
    assert.equal(ended.state, 'cancelled');
    const count = (status: string) => ended.agents.filter((a) => a.status === status).length;
    assert.deepEqual([count('ok'), count('cancelled')], [10, 90]);
    assert.equal(api.requests.filter((request) => request.closedByClient).length, 50);
    const late = client.request('run.control', { runId: run.runId, control: { action: 'pause' } });
    await assert.rejects(late, /is not running; nothing to pause/u);
  });

  it('cancels a paused run', async () => {
    const model = new HeldModel();
    const { client, api } = await test.bed.start(model.respond);
    const run = await startFollowed(client, manyAgents(6), { concurrency: 2 });
    const { runId } = run;
    await inFlight(api, 2);
    await client.request('run.control', { runId, control: { action: 'pause' } });
    await run.waitFor((view) => view.state === 'paused', 'the pause');
    await client.request('run.control', { runId, control: { action: 'cancel' } });
    await inFlight(api, 0, 1000);
    const ended = await run.waitForEnd();
    assert.deepEqual([ended.state, ended.pauseReason], ['cancelled', null]);
  });

  it('waits at a limit instead of ending, and can be cancelled there', async () => {
    const { client, api } = await test.bed.start(() => text('fine'));
    const run = await startFollowed(client, manyAgents(9), { maxAgents: 4 });
    const paused = await run.waitFor((view) => view.state === 'paused', 'the limit');
    assert.equal(paused.pauseReason, 'limit');
    assert.match(paused.stateMessage ?? '', /limit of 4 agents/u);
    await client.request('run.control', { runId: run.runId, control: { action: 'cancel' } });
    assert.equal((await run.waitForEnd()).state, 'cancelled');
    assert.ok(api.requests.length <= 4);
  });

  it('refuses an invalid script, and a run without a key, before anything runs', async () => {
    const client = await test.bed.connect(await test.bed.fork());
    const bad = client.request('run.start', startParams('export const nothing = 1;'));
    await assert.rejects(bad, /did not pass the check\. Line 1: /u);
    const keyless = { provider: 'anthropic', baseUrl: null, model: null, apiKey: null } as const;
    await client.request('provider.configure', keyless);
    const none = client.request('run.start', startParams(manyAgents(1)));
    await assert.rejects(none, /No Anthropic key is set/u);
    assert.deepEqual(await client.request('runs.list', {}), { runs: [] });
  });

  it('survives scripts that attack, all at once, and then runs a good one', async function () {
    this.timeout(90_000);
    const { client } = await test.bed.start(() => text('fine'));
    const attacks = [endlessLoop, ...quickAttacks];
    const runs = await Promise.all(attacks.map(({ source }) => startFollowed(client, source)));
    const { pid } = client;
    const good = await startFollowed(client, manyAgents(3));
    assert.equal((await good.waitForEnd()).state, 'completed', 'beside the attacks');
    for (const [index, { name, code, message }] of attacks.entries()) {
      const ended = await (runs[index] ?? assert.fail()).waitForEnd(60_000);
      assert.deepEqual([name, ended.state, ended.error?.code], [name, 'failed', code]);
      assert.match(ended.error?.message ?? '', message);
    }
    const after = await startFollowed(client, manyAgents(3));
    assert.equal((await after.waitForEnd()).state, 'completed', 'after the attacks');
    assert.equal((await test.bed.readLock()).pid, pid);
  });

  it('sends a slow follower nothing twice and nothing out of order', async () => {
    const { client } = await test.bed.start(() => text('fine'));
    const run = await startFollowed(client, manyAgents(150), { concurrency: 64 });
    // Subscribing again in mid-run starts a new count with a new snapshot.
    const again = await RunFollower.follow(
      await test.bed.connect(await test.bed.fork()),
      run.runId,
    );
    const [first, second] = await Promise.all([run.waitForEnd(), again.waitForEnd()]);
    assert.deepEqual(first, second);
    assert.equal(first.agents.filter((agent) => agent.status === 'ok').length, 150);
  });
});
