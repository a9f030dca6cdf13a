import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostConnection } from '../../../src/hostClient/hostConnection.ts';
import { holdUntil, text } from '../../support/messagesApi/replies.ts';
import { killHost, useHostBed } from '../support/hostBed.ts';
import { obey, promptOf } from '../support/obedientModel.ts';
import { startFollowed } from '../support/runFollower.ts';
import { agentThatEdits, workflow } from '../support/workflowScript.ts';
import { writeFiles } from '../support/sampleWorkspace.ts';

const never = new Promise<never>(() => undefined);
const money = 'lib/util/money.js';
const edit = { path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" };
const source = workflow(`
  await ${agentThatEdits(edit, { label: 'money', group: 'Money' })};
  await agent('wait for ever', { label: 'endless' });`);

describe('the life of a host', () => {
  const test = useHostBed();

  async function startHalfFinished(): Promise<{ client: HostConnection; runId: string }> {
    const { client, api } = await test.bed.start((request) =>
      promptOf(request).includes('for ever') ? holdUntil(never, text('late')) : obey(request),
    );
    const run = await startFollowed(client, source);
    await run.waitFor((view) => view.agents[0]?.status === 'ok', 'the first agent');
    await api.waitFor((seen) => seen.inFlight() === 1, 10_000, 'the second agent');
    return { client, runId: run.runId };
  }

  it('that is killed in mid-run closes its socket, and settles what was asked', async () => {
    const { client } = await startHalfFinished();
    const closed = new Promise<void>((resolve) => {
      client.onClosed(() => resolve());
    });
    killHost(client.pid);
    const pending = client.request('runs.list', {});
    await assert.rejects(pending, { code: 'host_died' });
    await closed;
  });

  it('that follows a killed one lists the run as interrupted; its finished work is reviewable', async () => {
    const { client, runId } = await startHalfFinished();
    const closed = new Promise<void>((resolve) => client.onClosed(resolve));
    killHost(client.pid);
    await closed;
    const next = await test.bed.connect(await test.bed.fork());
    const { runs } = await next.request('runs.list', {});
    assert.partialDeepStrictEqual(runs, [
      { runId, state: 'interrupted', counts: { ok: 1, cancelled: 1, running: 0 } },
    ]);
    const set = await next.request('proposals.get', { runId });
    assert.deepEqual(
      set.files.map((file) => [file.path, file.hunks.map((hunk) => hunk.state)]),
      [[money, ['pending']]],
    );
    const selection = { type: 'all' } as const;
    const plan = await next.request('proposals.accept', { runId, selection, openBuffers: [] });
    const bytes = Buffer.from(plan.writes[0]?.newBytesBase64 ?? '', 'base64');
    await writeFiles(test.bed.workspace, { [money]: bytes });
    const { decisionId } = plan;
    const outcomes = [{ type: 'written' as const, path: money }];
    await next.request('proposals.applied', { runId, decisionId, outcomes });
    const content = await readFile(path.join(test.bed.workspace, money), 'utf8');
    assert.ok(content.includes(edit.to));
    const { markdown } = await next.request('run.report', { runId });
    assert.match(markdown, /interrupted/u);
    const control = { runId, control: { action: 'cancel' as const } };
    await assert.rejects(next.request('run.control', control), /is not running/u);
  });

  it('counts the decisions about an interrupted run', async () => {
    const { client, runId } = await startHalfFinished();
    const closed = new Promise<void>((resolve) => client.onClosed(resolve));
    killHost(client.pid);
    await closed;
    const next = await test.bed.connect(await test.bed.fork());
    const before = await next.request('run.subscribe', { runId });
    assert.equal(before.view.proposals.pending, 1);
    await next.request('proposals.reject', { runId, selection: { type: 'all' } });
    const after = await next.request('run.subscribe', { runId });
    assert.equal(after.view.proposals.pending, 0);
  });

  it('ends on SIGTERM, and takes its lock and its socket with it', async () => {
    const client = await test.bed.connect(await test.bed.fork());
    const { socket } = await test.bed.readLock();
    const closed = new Promise<void>((resolve) => client.onClosed(resolve));
    process.kill(client.pid, 'SIGTERM');
    await closed;
    const next = await test.bed.connect(await test.bed.fork());
    assert.notEqual(next.pid, client.pid);
    assert.notEqual((await test.bed.readLock()).socket, socket);
  });
});
