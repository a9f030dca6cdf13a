import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { KeptAside } from '../../src/protocol/proposals.ts';
import {
  ConflictingAgents,
  disagreementScript,
  earlyLabel,
  lateLabel,
} from '../support/messagesApi/conflictingAgents.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { assertOk, proposalsOf } from './support/reviewedRun.ts';

const money = 'lib/util/money.js';
const from = "currency || 'EUR'";
const place = z.object({ ours: z.string(), theirs: z.string() });
const Printed = z.object({ conflicts: z.array(KeptAside.extend({ places: z.array(place) })) });

describe('muster: edits that were kept aside', () => {
  const test = useCliBed();
  let runId = '';

  beforeEach(async () => {
    await test.bed.useSample();
    const model = new ConflictingAgents({
      path: money,
      early: [{ from, to: "currency || 'CHF'" }],
      late: [{ from, to: "currency ?? 'EUR'" }],
    });
    const api = await test.bed.startModel((request) => model.answer(request));
    const started = await test.bed.startScript(disagreementScript, api, '--json');
    const { stdout, stderr, exitCode } = await started.ended;
    assert.equal(exitCode, 0, stderr);
    const end = readEnd(stdout);
    assert.equal(end.proposals.conflicts, 1);
    runId = end.runId;
  });

  const onlyConflict = async (): Promise<KeptAside> => {
    const { conflicts } = await proposalsOf(test.bed, runId);
    assert.equal(conflicts.length, 1);
    return conflicts[0] ?? assert.fail();
  };
  const countOf = async (): Promise<unknown> => {
    const { stdout } = await test.bed.run('show', runId, '--json');
    return z.object({ proposals: z.object({ conflicts: z.number() }) }).parse(JSON.parse(stdout))
      .proposals.conflicts;
  };

  it('are listed with both sides, as text and as data', async () => {
    const { stdout } = await test.bed.run('proposals', runId);
    assert.match(
      stdout,
      new RegExp(`^Not merged: ${money}, by agent 1 \\(${lateLabel}\\): `, 'mu'),
    );
    const { conflictId, agentLabel, groupTitle, oursAgentIds, state } = await onlyConflict();
    assert.deepEqual(
      { agentLabel, groupTitle, oursAgentIds, state },
      { agentLabel: lateLabel, groupTitle: 'Short texts', oursAgentIds: [2], state: 'open' },
    );
    assert.ok(stdout.includes(`--conflict ${conflictId}`));
    const json = await test.bed.run('proposals', runId, '--json');
    const [printed] = Printed.parse(JSON.parse(json.stdout)).conflicts;
    assert.match(printed?.places[0]?.ours ?? '', /\|\| 'CHF'/u);
    assert.match(printed?.places[0]?.theirs ?? '', /\?\? 'EUR'/u);
    assert.notEqual(earlyLabel, lateLabel);
  });

  it('are no part of an accept of everything, which says that they are there', async () => {
    const accepted = await test.bed.run('accept', runId, '--all');
    assertOk(accepted);
    assert.match(accepted.stdout, /^Kept aside: 1 edit that did not fit\./mu);
    const text = await readFile(path.join(test.bed.workspace, money), 'utf8');
    assert.ok(text.includes("currency || 'CHF'"));
    assert.equal(await countOf(), 1);
  });

  it('are discarded and restored, and the counts follow', async () => {
    const { conflictId } = await onlyConflict();
    const discarded = await test.bed.run('reject', runId, '--conflict', conflictId);
    assertOk(discarded);
    assert.match(discarded.stdout, /^Rejected\. 1 hunk still pending\.$/mu);
    assert.equal((await onlyConflict()).state, 'discarded');
    assert.equal(await countOf(), 0);
    const { stdout } = await test.bed.run('proposals', runId);
    assert.ok(!stdout.includes('Not merged'));
    const again = await test.bed.run('reject', runId, '--conflict', conflictId);
    assert.deepEqual([again.exitCode, /decided already/u.test(again.stderr)], [1, true]);
    const restored = await test.bed.run('restore', runId, '--conflict', conflictId);
    assertOk(restored);
    assert.match(restored.stdout, /^Restored\. 1 hunk still pending\. 1 edit kept aside\.$/mu);
    assert.equal(await countOf(), 1);
    const nothing = await test.bed.run('restore', runId);
    assert.deepEqual([nothing.exitCode, /Name what to restore/u.test(nothing.stderr)], [2, true]);
    assertOk(await test.bed.run('audit', runId));
  });
});
