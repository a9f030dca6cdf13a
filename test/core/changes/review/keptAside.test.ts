import assert from 'node:assert/strict';
import { foldDecisions } from '../../../../src/core/changes/review/decisions.ts';
import { toProposalSet } from '../../../../src/core/changes/proposals.ts';
import { keptSide } from '../../../../src/core/changes/review/keptAside.ts';
import { planReject, planRestore } from '../../../../src/core/changes/review/planReject.ts';
import { countProposals } from '../../../../src/protocol/countProposals.ts';
import { ProposalSet, type KeptAside, type Selection } from '../../../../src/protocol/proposals.ts';
import { file, numbered, reject, ReviewBench, textOf } from '../changesSupport.ts';

const lines = numbered(30);
const original = lines.join('');
const early = lines.with(2, 'EARLY\n').with(28, 'elsewhere\n').join('');
const late = lines.with(2, 'LATE\n').with(15, 'fits\n').join('');
const head = { decisionId: 'x', at: 1, by: 'user' };

type Content = Parameters<ReviewBench['agent']>[0][string];

/** Two agents of one start, of which the second one's edits are kept aside. */
async function benchWithConflict(
  [base, first, second]: readonly [Content, Content, Content] = [original, early, late],
): Promise<ReviewBench> {
  const bench = new ReviewBench(base === null ? {} : { f: base });
  const overlay = bench.tree.startOverlay();
  await bench.agent({ f: first });
  if (second === null) overlay.delete('f');
  else overlay.write('f', typeof second === 'string' ? file(second) : second);
  await bench.tree.mergeOverlay({ overlay, agentId: 7, groupTitle: 'Late' });
  await bench.save();
  return bench;
}

function setOf(bench: ReviewBench): ProposalSet {
  const { record, decisions } = bench.review;
  return toProposalSet(record, decisions, { agentLabels: new Map([[7, 'late one']]) });
}

function onlyConflict(bench: ReviewBench): KeptAside {
  const [conflict, ...rest] = setOf(bench).conflicts;
  assert.ok(conflict !== undefined && rest.length === 0);
  return conflict;
}

async function side(bench: ReviewBench, name: 'base' | 'proposed' | 'agent') {
  return textOf(await keptSide(bench.review, onlyConflict(bench).conflictId, name));
}

function discard(bench: ReviewBench, selection: Selection): readonly string[] {
  const { decision, problems } = planReject(bench.review, { ...head, selection });
  if (decision !== null) bench.decisions.push(decision);
  return problems.map(({ reason }) => reason);
}

describe('An edit that was kept aside', () => {
  it('is told with its agent, is no hunk, and counts as a conflict', async () => {
    const bench = await benchWithConflict();
    const set = setOf(bench);
    assert.deepEqual(ProposalSet.parse(set), set);
    const { path, agentId, agentLabel, groupTitle, oursAgentIds, state } = onlyConflict(bench);
    assert.deepEqual(
      { path, agentId, agentLabel, groupTitle, oursAgentIds, state },
      {
        path: 'f',
        agentId: 7,
        agentLabel: 'late one',
        groupTitle: 'Late',
        oursAgentIds: [1],
        state: 'open',
      },
    );
    assert.deepEqual(
      [countProposals(set).pending, countProposals(set).conflicts],
      [set.files[0]?.hunks.length, 1],
    );
  });

  it('differs from the proposal by what its agent did, and by nothing else', async () => {
    const bench = await benchWithConflict();
    assert.equal(await side(bench, 'base'), original);
    assert.equal(await side(bench, 'proposed'), early);
    const both = lines.with(2, 'LATE\n').with(15, 'fits\n').with(28, 'elsewhere\n').join('');
    assert.equal(await side(bench, 'agent'), both);
  });

  it('is shown against what is still proposed: without rejected hunks, with later ones', async () => {
    const bench = await benchWithConflict();
    await bench.agent({ f: early.replace('line 20\n', 'later\n') });
    const [first = ''] = bench.hunkIds('f');
    reject(bench, [first]);
    const rest = lines.with(19, 'later\n').with(28, 'elsewhere\n');
    assert.equal(await side(bench, 'proposed'), rest.join(''));
    assert.equal(await side(bench, 'agent'), rest.with(2, 'LATE\n').with(15, 'fits\n').join(''));
  });

  it('is whole where lines cannot be laid beside each other', async () => {
    const cases: readonly (readonly [Content, Content, Content])[] = [
      [null, 'x', 'y'],
      ['a', 'b', null],
      ['a', null, 'b'],
      ['a\0', 'b\0', 'c\0'],
    ];
    for (const [base, first, second] of cases) {
      const bench = await benchWithConflict([base, first, second]);
      const sides = [await side(bench, 'proposed'), await side(bench, 'agent')];
      assert.deepEqual(sides, [first, second]);
    }
  });

  it('is shown against the snapshot where the proposal of its file is gone again', async () => {
    const bench = await benchWithConflict(['a\n', 'b\n', 'c\n']);
    await bench.agent({ f: 'a\n' });
    assert.deepEqual(setOf(bench).files, []);
    assert.equal(await side(bench, 'proposed'), 'a\n');
    assert.equal(await side(bench, 'agent'), 'c\n');
  });
});

describe('Discarding an edit that was kept aside', () => {
  it('is one line in the log, and can be taken back', async () => {
    const bench = await benchWithConflict();
    const { conflictId } = onlyConflict(bench);
    assert.deepEqual(discard(bench, { type: 'conflicts', conflictIds: [conflictId] }), []);
    assert.deepEqual(bench.decisions, [
      { type: 'reject', ...head, hunkIds: [], conflictIds: [conflictId] },
    ]);
    assert.equal(onlyConflict(bench).state, 'discarded');
    assert.equal(countProposals(setOf(bench)).conflicts, 0);
    const again = discard(bench, { type: 'conflicts', conflictIds: [conflictId] });
    assert.match(again.join(), /decided already\. Restore it first/u);
    const named = { hunkIds: [], conflictIds: [conflictId, 'other'] };
    const { decision } = planRestore(bench.review.decisions, { ...head, ...named });
    assert.deepEqual(decision, {
      type: 'restore',
      ...head,
      hunkIds: [],
      conflictIds: [conflictId],
    });
    bench.decisions.push(decision);
    assert.equal(onlyConflict(bench).state, 'open');
  });

  it('goes with a reject of everything, and with no group, file or hunk', async () => {
    const bench = await benchWithConflict();
    discard(bench, { type: 'files', paths: ['f'] });
    discard(bench, { type: 'groups', groupIds: setOf(bench).groups.map((one) => one.groupId) });
    assert.equal(onlyConflict(bench).state, 'open');
    discard(bench, { type: 'all' });
    assert.equal(onlyConflict(bench).state, 'discarded');
  });

  it('says so where there is none', async () => {
    const bench = await benchWithConflict();
    const problems = discard(bench, { type: 'conflicts', conflictIds: ['nope'] });
    assert.match(problems.join(), /no conflict nope in this run/u);
    assert.deepEqual(bench.decisions, []);
  });

  it('is never part of an accept', async () => {
    const bench = await benchWithConflict();
    await bench.accept();
    assert.equal(bench.liveTexts()['f'], early);
    assert.equal(onlyConflict(bench).state, 'open');
    assert.equal(await side(bench, 'proposed'), early);
  });

  it('reads logs that know nothing of it', () => {
    const old = { type: 'reject' as const, ...head, hunkIds: ['h'] };
    const { hunkStates, discardedAside } = foldDecisions([old]);
    assert.deepEqual([[...hunkStates], [...discardedAside]], [[['h', 'rejected']], []]);
  });
});
