import assert from 'node:assert/strict';
import { lastUndoable } from '../../../../src/core/changes/review/decisions.ts';
import { findUnfit, planAccept } from '../../../../src/core/changes/review/planAccept.ts';
import { planRestore } from '../../../../src/core/changes/review/planReject.ts';
import { toProposalSet } from '../../../../src/core/changes/proposals.ts';
import { ApplyPlan } from '../../../../src/protocol/proposals.ts';
import {
  benchWithTwoHunks,
  file,
  lines,
  original,
  reject,
  ReviewBench,
  setLive,
  twoEdits,
} from '../changesSupport.ts';

describe('accepting', () => {
  it('writes the exact proposed bytes, from the stored record alone', async () => {
    const bench = await benchWithTwoHunks();
    const planned = await bench.accept();
    assert.deepEqual(ApplyPlan.parse(planned.plan), planned.plan);
    assert.deepEqual([planned.plan.problems, planned.plan.writes[0]?.rebased], [[], false]);
    assert.equal(bench.liveTexts()['a.ts'], twoEdits);
  });

  it('writes one hunk and leaves the other pending', async () => {
    const bench = await benchWithTwoHunks();
    await bench.accept({ type: 'hunks', hunkIds: bench.hunkIds().slice(1) });
    assert.equal(bench.liveTexts()['a.ts'], lines.with(20, 'TWENTY-ONE\n').join(''));
    const set = toProposalSet(bench.review.record, bench.review.decisions);
    assert.deepEqual(
      set.files[0]?.hunks.map((hunk) => hunk.state),
      ['pending', 'accepted'],
    );
  });

  it('merges into a file that was edited elsewhere', async () => {
    const bench = await benchWithTwoHunks();
    setLive(bench, 'a.ts', lines.with(10, 'mine\n').join(''));
    const planned = await bench.accept();
    assert.equal(planned.plan.writes[0]?.rebased, true);
    const expected = lines.with(10, 'mine\n').with(2, 'THREE\n').with(20, 'TWENTY-ONE\n');
    assert.equal(bench.liveTexts()['a.ts'], expected.join(''));
  });

  it('keeps a hunk pending where the user edited the same line, and accepts the others', async () => {
    const bench = await benchWithTwoHunks();
    setLive(bench, 'a.ts', lines.with(2, 'mine\n').join(''));
    const planned = await bench.accept();
    const [first, second] = bench.hunkIds();
    assert.deepEqual(
      planned.plan.problems.map((problem) => problem.hunkIds),
      [[first]],
    );
    assert.deepEqual(planned.plan.writes[0]?.hunkIds, [second]);
    const expected = lines.with(2, 'mine\n').with(20, 'TWENTY-ONE\n');
    assert.equal(bench.liveTexts()['a.ts'], expected.join(''));
    assert.deepEqual([...(await findUnfit(bench.review, null)).keys()], [first]);
  });

  it('does nothing twice', async () => {
    const bench = await benchWithTwoHunks();
    await bench.accept();
    const again = await bench.accept();
    assert.deepEqual([again.plan.writes, again.plan.problems], [[], []]);
    const named = await bench.accept({ type: 'hunks', hunkIds: bench.hunkIds() });
    assert.equal(named.plan.problems.length, 2);
  });

  it('lets only the first of two plans for one state be applied', async () => {
    const bench = await benchWithTwoHunks();
    const [first, second] = bench.hunkIds();
    const plan = (hunkId: string | undefined, decisionId: string) =>
      planAccept(bench.review, {
        selection: { type: 'hunks', hunkIds: [hunkId ?? ''] },
        decisionId,
      });
    const plans = [await plan(first, 'one'), await plan(second, 'two')];
    for (const planned of plans) await bench.apply(planned, null);
    assert.equal(bench.liveTexts()['a.ts'], lines.with(2, 'THREE\n').join(''));
    assert.deepEqual([...bench.review.decisions.hunkStates], [[first, 'accepted']]);
  });

  it('counts text that the user typed himself as accepted', async () => {
    const bench = await benchWithTwoHunks();
    setLive(bench, 'a.ts', twoEdits);
    const planned = await bench.accept();
    assert.deepEqual(planned.plan.problems, []);
    assert.equal(bench.liveTexts()['a.ts'], twoEdits);
  });

  const refusals: readonly (readonly [string, string | null, string | null, string | null])[] = [
    ['creates where another file stands', null, 'new', 'other'],
    ['deletes what was changed', 'old', null, 'edited'],
    ['changes what is gone', 'old', 'new', null],
    ['replaces other binary bytes', 'a\0', 'b\0', 'c\0'],
  ];
  for (const [name, base, proposed, live] of refusals)
    it(`refuses a change that ${name}`, async () => {
      const bench = new ReviewBench(base === null ? {} : { f: base });
      await bench.agent({ f: proposed });
      if (live === null) bench.live.delete('f');
      else setLive(bench, 'f', live);
      const planned = await bench.accept();
      assert.deepEqual([planned.plan.writes, planned.plan.problems.length], [[], 1]);
      assert.equal(bench.liveTexts()['f'] ?? null, live);
    });

  it('leaves flagged files to an accept of their own', async () => {
    const bench = new ReviewBench({ 'yarn.lock': 'a\n', 'a.ts': 'a\n' });
    await bench.agent({ 'yarn.lock': 'b\n', 'a.ts': 'b\n' });
    const planned = await bench.accept();
    assert.deepEqual(
      planned.plan.problems.map((problem) => problem.path),
      ['yarn.lock'],
    );
    assert.deepEqual(bench.liveTexts(), { 'yarn.lock': 'a\n', 'a.ts': 'b\n' });
    await bench.accept({ type: 'files', paths: ['yarn.lock'] });
    assert.equal(bench.liveTexts()['yarn.lock'], 'b\n');
  });

  it('refuses both halves of a rename that changes letter case only', async () => {
    const bench = new ReviewBench({ 'Name.ts': 'x' });
    await bench.agent({ 'Name.ts': null, 'name.ts': 'x' });
    const planned = await bench.accept();
    assert.deepEqual([planned.plan.writes.length, planned.plan.problems.length], [0, 2]);
  });

  it('writes a moved file before it deletes the old one', async () => {
    const bench = new ReviewBench({ 'a.ts': 'x' });
    await bench.agent({ 'a.ts': null, 'b.ts': 'x' });
    const planned = await bench.accept();
    assert.deepEqual(
      planned.plan.writes.map((write) => write.path),
      ['b.ts', 'a.ts'],
    );
    assert.deepEqual(bench.liveTexts(), { 'b.ts': 'x' });
  });

  it('never writes a symbolic link', async () => {
    const bench = await benchWithTwoHunks();
    bench.live.set('a.ts', file(original, 0o120000));
    const planned = await bench.accept();
    assert.deepEqual([planned.plan.writes.length, planned.plan.problems.length], [0, 2]);
  });

  it('keeps the executable bit, and sets a new mode with the last hunk', async () => {
    const bench = new ReviewBench({ run: file(original, 0o100755), tool: file(original) });
    await bench.agent({ run: file(twoEdits, 0o100755), tool: file(twoEdits, 0o100755) });
    const modes = (): (number | undefined)[] =>
      ['run', 'tool'].map((path) => bench.live.get(path)?.mode);
    const [first = ''] = bench.hunkIds('tool');
    await bench.accept({ type: 'hunks', hunkIds: [first] });
    assert.deepEqual(modes(), [0o100755, 0o100644]);
    await bench.accept({ type: 'files', paths: ['run', 'tool'] });
    assert.deepEqual(modes(), [0o100755, 0o100755]);
    await bench.undo();
    assert.deepEqual(modes(), [0o100755, 0o100644]);
  });

  it('carries a change of mode alone', async () => {
    const bench = new ReviewBench({ run: 'x' });
    await bench.agent({ run: file('x', 0o100755) });
    await bench.accept({ type: 'files', paths: ['run'] });
    assert.equal(bench.live.get('run')?.mode, 0o100755);
    await bench.undo();
    assert.equal(bench.live.get('run')?.mode, 0o100644);
  });

  it('does not mix encodings in one file', async () => {
    const bench = new ReviewBench({ f: file(Buffer.from(`\xe9\n${original}`, 'latin1')) });
    await bench.agent({
      f: file(Buffer.from(`\xe9\n${lines.with(20, '\xfc\n').join('')}`, 'latin1')),
    });
    bench.live.set('f', file(`é\n${original}`));
    const planned = await bench.accept();
    assert.deepEqual(planned.plan.writes, []);
    assert.match(planned.plan.problems[0]?.reason ?? '', /encoding/u);
  });

  it('finds accepted work again after a later agent changed the same lines', async () => {
    const bench = await benchWithTwoHunks();
    await bench.accept();
    const later = twoEdits.replace('THREE\n', 'three!\n');
    await bench.agent({ 'a.ts': later });
    setLive(bench, 'a.ts', twoEdits.replace('line 11\n', 'mine\n'));
    const planned = await bench.accept();
    assert.deepEqual(planned.plan.problems, []);
    assert.equal(bench.liveTexts()['a.ts'], later.replace('line 11\n', 'mine\n'));
    assert.deepEqual(await bench.undo(), []);
    assert.equal(bench.liveTexts()['a.ts'], twoEdits.replace('line 11\n', 'mine\n'));
  });
});

describe('undo', () => {
  it('takes back one decision and leaves the others and later edits', async () => {
    const bench = await benchWithTwoHunks();
    const [first = '', second = ''] = bench.hunkIds();
    await bench.accept({ type: 'hunks', hunkIds: [first] });
    await bench.accept({ type: 'hunks', hunkIds: [second] });
    setLive(bench, 'a.ts', twoEdits.replace('line 11\n', 'mine\n'));
    assert.deepEqual(await bench.undo('d1'), []);
    const expected = lines.with(20, 'TWENTY-ONE\n').with(10, 'mine\n').join('');
    assert.equal(bench.liveTexts()['a.ts'], expected);
    assert.deepEqual([...bench.review.decisions.hunkStates], [[second, 'accepted']]);
    assert.match((await bench.undo('d1'))[0] ?? '', /in effect/u);
  });

  it('refuses where later edits overlap', async () => {
    const bench = await benchWithTwoHunks();
    await bench.accept();
    setLive(bench, 'a.ts', twoEdits.replace('THREE', 'mine'));
    const problems = await bench.undo();
    assert.match(problems[0] ?? '', /same lines/u);
    assert.equal(bench.liveTexts()['a.ts'], twoEdits.replace('THREE', 'mine'));
  });

  it('brings back a deleted file and removes a created one, unless they were changed', async () => {
    const bench = new ReviewBench({ gone: file('x\r\n', 0o100755) });
    await bench.agent({ gone: null, fresh: 'y', other: 'z' });
    await bench.accept();
    setLive(bench, 'other', 'edited');
    assert.equal((await bench.undo()).length, 1);
    assert.deepEqual(bench.liveTexts(), { gone: 'x\r\n', other: 'edited' });
    assert.equal(bench.live.get('gone')?.mode, 0o100755);
  });

  it('has nothing to undo at first', async () => {
    const bench = await benchWithTwoHunks();
    assert.match((await bench.undo())[0] ?? '', /Nothing to undo/u);
    assert.match((await bench.undo('dx'))[0] ?? '', /no such decision/u);
  });

  it('can be accepted again', async () => {
    const bench = await benchWithTwoHunks();
    await bench.accept();
    await bench.undo();
    assert.equal(bench.liveTexts()['a.ts'], original);
    await bench.accept();
    assert.equal(bench.liveTexts()['a.ts'], twoEdits);
    assert.equal(lastUndoable(bench.review.decisions)?.decisionId, 'd3');
  });

  it('says so when the stored bytes are gone', async () => {
    const bench = await benchWithTwoHunks();
    await bench.accept();
    bench.blobs.blobs.clear();
    assert.match((await bench.undo())[0] ?? '', /gone/u);
  });
});

describe('rejecting', () => {
  it('takes hunks out of bulk accepts until they are restored', async () => {
    const bench = await benchWithTwoHunks();
    const [first = ''] = bench.hunkIds();
    reject(bench, [first]);
    await bench.accept();
    assert.equal(bench.liveTexts()['a.ts'], lines.with(20, 'TWENTY-ONE\n').join(''));
    const head = { decisionId: 'x', at: 3, by: 'user' };
    const restore = planRestore(bench.review.decisions, {
      ...head,
      hunkIds: [first, 'other'],
      conflictIds: [],
    });
    assert.deepEqual(restore.decision?.hunkIds, [first]);
    bench.decisions.push(restore.decision);
    await bench.accept();
    assert.equal(bench.liveTexts()['a.ts'], twoEdits);
  });
});
