import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostConnection } from '../../../src/hostClient/hostConnection.ts';
import type { HostParams } from '../../../src/protocol/host/hostRpc.ts';
import type { ApplyPlan, ProposalSet, WriteOutcome } from '../../../src/protocol/proposals.ts';
import { useHostBed } from '../support/hostBed.ts';
import { obey } from '../support/obedientModel.ts';
import { startFollowed } from '../support/runFollower.ts';
import { agentThatDoes, editOf, workflow } from '../support/workflowScript.ts';
import { writeFiles } from '../support/sampleWorkspace.ts';

const money = 'lib/util/money.js';
const first = { path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" };
const second = { path: money, from: "cents < 0 ? '-' : ''", to: "cents < 0 ? '~' : ''" };
const source = workflow(
  `await ${agentThatDoes([editOf(first), editOf(second)], { label: 'money', group: 'Money' })};`,
);

describe('reviewing over the socket', () => {
  const test = useHostBed();
  let client: HostConnection;
  let runId = '';
  let before = '';

  beforeEach(async () => {
    ({ client } = await test.bed.start(obey));
    const run = await startFollowed(client, source);
    await run.waitForEnd();
    runId = run.runId;
    before = await readFile(file(), 'utf8');
  });

  const file = () => path.join(test.bed.workspace, money);
  const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
  const all = (): HostParams<'proposals.accept'> => {
    return { runId, selection: { type: 'all' }, openBuffers: [] };
  };
  const accept = () => client.request('proposals.accept', all());
  const states = (set: ProposalSet) => set.files[0]?.hunks.map((hunk) => hunk.state);

  async function writePlanned(plan: ApplyPlan): Promise<void> {
    const files = plan.writes.map(({ path: name, newBytesBase64 }) => [
      name,
      Buffer.from(newBytesBase64 ?? '', 'base64'),
    ]);
    // A parse boundary: fromEntries knows no tuple.
    await writeFiles(test.bed.workspace, Object.fromEntries(files) as Record<string, Buffer>);
  }

  async function carryOut(plan: ApplyPlan): Promise<ProposalSet> {
    await writePlanned(plan);
    const outcomes = plan.writes.map(({ path: name }): WriteOutcome => {
      return { type: 'written', path: name };
    });
    const { decisionId } = plan;
    return client.request('proposals.applied', { runId, decisionId, outcomes });
  }

  async function content(side: 'base' | 'proposed'): Promise<string> {
    const request = { runId, path: money, side, openBuffers: [] };
    const { bytesBase64 } = await client.request('proposals.content', request);
    return Buffer.from(bytesBase64 ?? '', 'base64').toString();
  }

  it('goes from proposal to accept to undo, and the host writes nothing itself', async () => {
    const set = await client.request('proposals.get', { runId });
    assert.deepEqual(states(set), ['pending', 'pending']);
    assert.equal(await content('base'), before);
    const after = before.replace(first.from, first.to).replace(second.from, second.to);
    assert.equal(await content('proposed'), after);
    const plan = await accept();
    assert.partialDeepStrictEqual(plan, {
      runId,
      action: 'accept',
      problems: [],
      writes: [{ path: money, expectedSha256: sha256(before), newSha256: sha256(after) }],
    });
    assert.equal(await readFile(file(), 'utf8'), before, 'only the client writes');
    assert.deepEqual(states(await client.request('proposals.get', { runId })), [
      'pending',
      'pending',
    ]);
    assert.deepEqual(states(await carryOut(plan)), ['accepted', 'accepted']);
    const undo = { runId, decisionId: null, openBuffers: [] };
    const undone = await carryOut(await client.request('proposals.undo', undo));
    assert.deepEqual(states(undone), ['pending', 'pending']);
    assert.equal(await readFile(file(), 'utf8'), before);
  });

  it('leaves a hunk pending whose write was refused', async () => {
    const { decisionId } = await accept();
    const outcomes: WriteOutcome[] = [{ type: 'refused', path: money, reason: 'read-only' }];
    const set = await client.request('proposals.applied', { runId, decisionId, outcomes });
    assert.deepEqual(states(set), ['pending', 'pending']);
  });

  it('takes the text of an open editor for the file', async () => {
    const typed = `// typed, not saved\n${before}`;
    const openBuffers = [{ path: money, bytesBase64: Buffer.from(typed).toString('base64') }];
    const plan = await client.request('proposals.accept', { ...all(), openBuffers });
    const [write] = plan.writes;
    assert.equal(write?.rebased, true);
    assert.equal(write.expectedSha256, sha256(typed));
    const expected = typed.replace(first.from, first.to).replace(second.from, second.to);
    assert.equal(Buffer.from(write.newBytesBase64 ?? '', 'base64').toString(), expected);
  });

  it('rejects one hunk and tells every window', async () => {
    const other = await test.bed.connect(await test.bed.fork());
    const told = new Promise<string>((resolve) => {
      other.onNotification('proposals.changed', (changed) => resolve(changed.runId));
    });
    const summary = new Promise<number>((resolve) => {
      other.onNotification('runs.changed', ({ run }) => resolve(run.proposals.pending));
    });
    const [file] = (await client.request('proposals.get', { runId })).files;
    const selection = { type: 'hunks' as const, hunkIds: [file?.hunks[0]?.hunkId ?? ''] };
    const set = await client.request('proposals.reject', { runId, selection });
    assert.deepEqual(states(set), ['rejected', 'pending']);
    assert.equal(await told, runId);
    assert.equal(await summary, 1);
    assert.equal(await content('proposed'), before.replace(second.from, second.to));
    const again = client.request('proposals.reject', { runId, selection });
    await assert.rejects(again, /rejected already/u);
  });

  it('lets one of two clients that accept at the same time write, and tells the other', async () => {
    const other = await test.bed.connect(await test.bed.fork());
    const mine = accept().then((plan) => ({ plan, client }));
    const twin = other.request('proposals.accept', all()).then((plan) => ({ plan, client: other }));
    const first = await Promise.race([mine, twin]);
    assert.equal(first.plan.writes.length, 1);
    assert.deepEqual(states(await carryOut(first.plan)), ['accepted', 'accepted']);
    const after = await readFile(file(), 'utf8');
    const second = first.client === client ? await twin : await mine;
    assert.notEqual(second.plan.decisionId, first.plan.decisionId);
    assert.deepEqual(second.plan.writes, []);
    assert.match(second.plan.problems[0]?.reason ?? '', /accepted by another process meanwhile/u);
    assert.equal(await readFile(file(), 'utf8'), after);
  });

  it('lets the next one accept when a window goes away in mid-way', async () => {
    const other = await test.bed.connect(await test.bed.fork());
    const lost = await other.request('proposals.accept', all());
    assert.equal(lost.writes.length, 1);
    const waiting = accept();
    other.dispose();
    assert.deepEqual(states(await carryOut(await waiting)), ['accepted', 'accepted']);
  });

  it('settles what a window wrote before it went away, tells the others, and undoes exactly that', async () => {
    const lost = await test.bed.connect(await test.bed.fork());
    const plan = await lost.request('proposals.accept', all());
    await writePlanned(plan);
    const other = await test.bed.connect(await test.bed.fork());
    const told = new Promise<string>((resolve) => {
      other.onNotification('proposals.changed', (changed) => resolve(changed.runId));
    });
    lost.dispose();
    const undo = await client.request('proposals.undo', {
      runId,
      decisionId: null,
      openBuffers: [],
    });
    assert.deepEqual(
      undo.writes.map(({ newSha256 }) => newSha256),
      [sha256(before)],
    );
    assert.deepEqual(states(await carryOut(undo)), ['pending', 'pending']);
    assert.equal(await told, runId);
    assert.equal(await readFile(file(), 'utf8'), before);
  });

  it('says that an accept was cut off before anything was written, and what finishes it', async () => {
    const lost = await test.bed.connect(await test.bed.fork());
    const { decisionId } = await lost.request('proposals.accept', all());
    lost.dispose();
    // Waits until the host has seen the window go: then the next one may decide.
    const selection = { type: 'hunks' as const, hunkIds: ['none'] };
    await client.request('proposals.accept', { runId, selection, openBuffers: [] });
    const { cutOff, files } = await client.request('proposals.get', { runId });
    assert.partialDeepStrictEqual(cutOff, { decisionId, action: 'accept', written: 0, total: 1 });
    assert.deepEqual(
      cutOff?.restHunkIds,
      files.flatMap(({ hunks }) => hunks.map(({ hunkId }) => hunkId)),
    );
  });
});
