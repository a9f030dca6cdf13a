import assert from 'node:assert/strict';
import { foldDecisions, openApplies } from '../../../src/core/changes/review/decisions.ts';
import { planAccept } from '../../../src/core/changes/review/planAccept.ts';
import { toProposalSet } from '../../../src/core/changes/proposals.ts';
import { countProposals } from '../../../src/protocol/countProposals.ts';
import { proposedSide } from '../../../src/core/changes/review/proposedSide.ts';
import { reconcileApply } from '../../../src/core/changes/review/reconcile.ts';
import { ProposalSet } from '../../../src/protocol/proposals.ts';
import {
  benchWithTwoHunks,
  file,
  lines,
  original,
  reject,
  ReviewBench,
  setLive,
  textOf,
  twoEdits,
} from './changesSupport.ts';

describe('proposedSide', () => {
  const side = async (bench: ReviewBench): Promise<string | null> =>
    textOf(await proposedSide(bench.review, 'a.ts'));

  it('shows pending hunks and nothing else as a difference', async () => {
    const bench = await benchWithTwoHunks();
    const [first = '', second = ''] = bench.hunkIds();
    assert.equal(await side(bench), twoEdits);
    setLive(bench, 'a.ts', lines.with(10, 'mine\n').join(''));
    assert.equal(await side(bench), twoEdits.replace('line 11\n', 'mine\n'));
    await bench.accept({ type: 'hunks', hunkIds: [first] });
    reject(bench, [second]);
    assert.equal(await side(bench), bench.liveTexts()['a.ts']);
    setLive(bench, 'a.ts', (bench.liveTexts()['a.ts'] ?? '').replace('THREE', 'after accept'));
    assert.equal(await side(bench), bench.liveTexts()['a.ts']);
  });

  it('falls back to the proposal where it does not fit', async () => {
    const bench = await benchWithTwoHunks();
    setLive(bench, 'a.ts', lines.with(2, 'mine\n').join(''));
    assert.equal(await side(bench), twoEdits);
  });

  it('is empty for a delete', async () => {
    const bench = new ReviewBench({ 'a.ts': 'x' });
    await bench.agent({ 'a.ts': null });
    assert.equal(await side(bench), null);
  });
});

describe('proposals', () => {
  it('name authors, groups and kinds', async () => {
    const bench = new ReviewBench({ 'a.ts': original, 'old.ts': 'x\n', 'pic.bin': 'a\0' });
    await bench.agent({ 'a.ts': lines.with(2, 'THREE\n').join(''), 'old.ts': null }, 'Callbacks');
    await bench.agent({ 'a.ts': twoEdits, 'pic.bin': 'b\0', 'new.ts': 'n\n' }, 'Tests');
    await bench.agent({ 'a.ts': twoEdits.replace('THREE\n', 'THREE!\nmore\n') }, 'Tests');
    const set = toProposalSet(bench.review.record, bench.review.decisions);
    assert.deepEqual(ProposalSet.parse(set), set);
    const titles = new Map(set.groups.map((group) => [group.groupId, group.title]));
    assert.deepEqual(
      set.files.map((one) => [
        one.path,
        one.kind,
        one.encoding,
        one.hunks.map((hunk) => [hunk.preview, hunk.agentIds, titles.get(hunk.groupId)]),
        one.hunks.map((hunk) => [hunk.added, hunk.removed]),
      ]),
      [
        [
          'a.ts',
          'modify',
          'utf8',
          [
            ['THREE!', [1, 3], 'Callbacks'],
            ['TWENTY-ONE', [2], 'Tests'],
          ],
          [
            [2, 1],
            [1, 1],
          ],
        ],
        ['new.ts', 'create', 'utf8', [['n', [2], 'Tests']], [[1, 0]]],
        ['old.ts', 'delete', 'utf8', [['− x', [1], 'Callbacks']], [[0, 1]]],
        ['pic.bin', 'binary', 'binary', [['2 → 2 bytes', [2], 'Tests']], [[0, 0]]],
      ],
    );
    assert.deepEqual(countProposals(set), {
      groups: 2,
      files: 4,
      hunks: 5,
      pending: 5,
      conflicts: 0,
    });
  });

  it('carry edits that were kept aside', async () => {
    const bench = new ReviewBench({ 'a.ts': 'a\n' });
    const late = bench.tree.startOverlay();
    await bench.agent({ 'a.ts': 'b\n' });
    late.write('a.ts', file('c\n'));
    await bench.tree.mergeOverlay({ overlay: late, agentId: 9, groupTitle: 'Late' });
    await bench.save();
    const { record, contents } = bench.review;
    assert.deepEqual([record.conflicts[0]?.agentId, record.conflicts[0]?.path], [9, 'a.ts']);
    const theirs = await contents.get(record.conflicts[0]?.theirs?.sha256 ?? '');
    assert.equal(Buffer.from(theirs).toString(), 'c\n');
  });
});

describe('decisions', () => {
  it('settle what a crash left open by what the files hold', async () => {
    const bench = new ReviewBench({ a: 'a', b: 'b', c: 'c' });
    await bench.agent({ a: 'A', b: 'B', c: 'C' });
    const planned = await planAccept(bench.review, {
      selection: { type: 'all' },
      decisionId: 'd',
    });
    await bench.logIntent(planned, null);
    setLive(bench, 'a', 'A');
    setLive(bench, 'c', 'somebody');
    assert.equal(openApplies(bench.review.decisions).length, 1);
    assert.equal(bench.review.decisions.hunkStates.size, 0);
    const { decisions, readLive } = bench.review;
    const [cutOff] = openApplies(decisions);
    assert(cutOff !== undefined);
    const outcome = await reconcileApply(cutOff, { at: 5, readLive });
    assert.deepEqual(
      outcome.outcomes.map(({ type }) => type),
      ['written', 'refused', 'refused'],
    );
    bench.decisions.push(outcome);
    assert.deepEqual(openApplies(bench.review.decisions), []);
    assert.deepEqual([...bench.review.decisions.acceptedByPath.keys()], ['a']);
  });

  it('let a first outcome stand', () => {
    const write = {
      path: 'a',
      hunkIds: ['h'],
      beforeSha256: null,
      afterSha256: 'x',
      beforeMode: 0,
    };
    const state = foldDecisions([
      {
        type: 'intent',
        decisionId: 'd',
        at: 1,
        action: 'accept',
        undoes: null,
        by: 'u',
        writes: [write],
      },
      { type: 'outcome', decisionId: 'd', at: 2, outcomes: [{ type: 'written', path: 'a' }] },
      {
        type: 'outcome',
        decisionId: 'd',
        at: 3,
        outcomes: [{ type: 'refused', path: 'a', reason: '' }],
      },
    ]);
    assert.equal(state.hunkStates.get('h'), 'accepted');
  });
});
