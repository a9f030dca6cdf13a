import assert from 'node:assert/strict';
import type { HostConnection } from '../../../src/hostClient/hostConnection.ts';
import { countProposals } from '../../../src/protocol/countProposals.ts';
import type { KeptAside } from '../../../src/protocol/proposals.ts';
import {
  ConflictingAgents,
  disagreementScript,
  lateLabel,
} from '../../support/messagesApi/conflictingAgents.ts';
import { useHostBed } from '../support/hostBed.ts';
import { startFollowed } from '../support/runFollower.ts';

const money = 'lib/util/money.js';
const from = "currency || 'EUR'";

describe('edits that were kept aside, over the socket', () => {
  const test = useHostBed();
  let client: HostConnection;
  let runId = '';
  let conflict: KeptAside;

  beforeEach(async () => {
    const model = new ConflictingAgents({
      path: money,
      early: [{ from, to: "currency || 'CHF'" }],
      late: [{ from, to: "currency ?? 'EUR'" }],
    });
    ({ client } = await test.bed.start((request) => model.answer(request)));
    const run = await startFollowed(client, disagreementScript);
    await run.waitForEnd();
    runId = run.runId;
    const { conflicts } = await client.request('proposals.get', { runId });
    conflict = conflicts[0] ?? assert.fail('There is no conflict.');
  });

  const content = async (by: HostConnection, side: 'base' | 'proposed' | 'agent') => {
    const { conflictId } = conflict;
    const { bytesBase64 } = await by.request('conflicts.content', { runId, conflictId, side });
    return Buffer.from(bytesBase64 ?? '', 'base64').toString();
  };
  const conflictsOf = async (by: HostConnection) =>
    countProposals(await by.request('proposals.get', { runId })).conflicts;

  it('have three sides, which another window reads as well', async () => {
    assert.deepEqual([conflict.agentLabel, conflict.state], [lateLabel, 'open']);
    const other = await test.bed.connect(await test.bed.fork());
    for (const by of [client, other]) {
      assert.ok((await content(by, 'base')).includes(from));
      assert.ok((await content(by, 'proposed')).includes("currency || 'CHF'"));
      assert.ok((await content(by, 'agent')).includes("currency ?? 'EUR'"));
    }
  });

  it('are discarded and restored, and every window learns it', async () => {
    const other = await test.bed.connect(await test.bed.fork());
    const told: string[] = [];
    other.onNotification('proposals.changed', (changed) => told.push(changed.runId));
    const conflictIds = [conflict.conflictId];
    const selection = { type: 'conflicts' as const, conflictIds };
    const set = await client.request('proposals.reject', { runId, selection });
    assert.deepEqual(
      set.conflicts.map(({ state }) => state),
      ['discarded'],
    );
    const { runs } = await client.request('runs.list', {});
    assert.equal(runs[0]?.proposals.conflicts, 0);
    assert.equal(await conflictsOf(other), 0);
    assert.ok((await content(other, 'agent')).includes("currency ?? 'EUR'"), 'still to be seen');
    await client.request('proposals.restore', { runId, hunkIds: [], conflictIds });
    assert.equal(await conflictsOf(other), 1);
    assert.deepEqual(told, [runId, runId]);
    const again = client.request('proposals.restore', { runId, hunkIds: [], conflictIds });
    await assert.rejects(again, /Nothing to restore/u);
  });
});
