import assert from 'node:assert/strict';
import { describeKeptAside } from '../../../../src/core/changes/review/describeKeptAside.ts';
import type { KeptAsideDescription } from '../../../../src/core/changes/review/describeKeptAside.ts';
import { file, numbered, ReviewBench } from '../changesSupport.ts';

type Files = Readonly<Record<string, string | ReturnType<typeof file> | null>>;

/** Two agents of one start, of which the second does not fit; described from what was stored only. */
async function conflictsOf(
  start: Readonly<Record<string, string>>,
  [one, two]: readonly [Files, Files],
): Promise<readonly KeptAsideDescription[]> {
  const bench = new ReviewBench(start);
  const late = bench.tree.startOverlay();
  await bench.agent(one);
  for (const [path, content] of Object.entries(two)) {
    if (content === null) late.delete(path);
    else late.write(path, typeof content === 'string' ? file(content) : content);
  }
  await bench.tree.mergeOverlay({ overlay: late, agentId: 7, groupTitle: 'Late' });
  await bench.save();
  return describeKeptAside(bench.review.record, bench.blobs);
}

describe('conflicts between agents', () => {
  const lines = numbered(30);

  it('show both sides of every place, who is behind them, and where', async () => {
    const [found, ...rest] = await conflictsOf({ f: lines.join('') }, [
      { f: lines.with(2, 'OURS\n').with(20, 'ours\n').with(28, 'fits\n').join('') },
      { f: lines.with(2, 'THEIRS\n').with(20, 'theirs\n').join('') },
    ]);
    assert.deepEqual(rest, []);
    assert.deepEqual(
      [found?.path, found?.agentId, found?.groupTitle, found?.oursAgentIds, found?.morePlaces],
      ['f', 7, 'Late', [1], 0],
    );
    assert.match(found?.reason ?? '', /the same lines \(near lines 3, 21\)/u);
    assert.deepEqual(found?.places, [
      { baseStart: 3, baseLines: 1, base: 'line 3\n', ours: 'OURS\n', theirs: 'THEIRS\n' },
      { baseStart: 21, baseLines: 1, base: 'line 21\n', ours: 'ours\n', theirs: 'theirs\n' },
    ]);
  });

  it('name the bytes of both sides where there are no lines to show', async () => {
    const cases: readonly (readonly [string | null, string | null, string | null])[] = [
      [null, 'x', 'y'],
      ['a', 'b', null],
      ['a', null, 'b'],
      ['a\0', 'b\0', 'c\0'],
    ];
    for (const [base, ours, theirs] of cases) {
      const start: Readonly<Record<string, string>> = base === null ? {} : { f: base };
      const [found] = await conflictsOf(start, [{ f: ours }, { f: theirs }]);
      assert.ok(found !== undefined);
      assert.deepEqual(found.places, []);
      assert.deepEqual(
        [found.baseSha256, found.oursSha256, found.theirsSha256].map((sha) => sha === null),
        [base, ours, theirs].map((side) => side === null),
      );
    }
  });

  it('are readable in the encoding of the file, and no longer than a screen can show', async () => {
    const latin = (text: string) => file(new Uint8Array(Buffer.from(text, 'latin1')));
    const [accents] = await conflictsOf({ f: 'a\n' }, [{ f: 'é\n' }, { f: 'ü\n' }]);
    assert.deepEqual([accents?.places[0]?.ours, accents?.places[0]?.theirs], ['é\n', 'ü\n']);
    const [bytes] = await conflictsOf({ f: 'a\n' }, [{ f: latin('é\n') }, { f: latin('ü\n') }]);
    assert.deepEqual([bytes?.places[0]?.ours, bytes?.places[0]?.theirs], ['é\n', 'ü\n']);
    const [long] = await conflictsOf({ f: 'a\n' }, [{ f: 'x'.repeat(9000) }, { f: 'b\n' }]);
    assert.equal(long?.places[0]?.ours.length, 4001);
    const many = numbered(400);
    const edited = (word: string) => many.map((line, at) => (at % 4 === 0 ? `${word}\n` : line));
    const sides = [{ f: edited('x').join('') }, { f: edited('y').join('') }] as const;
    const [manyPlaces] = await conflictsOf({ f: many.join('') }, sides);
    assert.deepEqual([manyPlaces?.places.length, manyPlaces?.morePlaces], [50, 50]);
  });

  it('have ids that are the same in another process', async () => {
    const sides = [{ f: 'b\n' }, { f: 'c\n' }] as const;
    const [one] = await conflictsOf({ f: 'a\n' }, sides);
    const [again] = await conflictsOf({ f: 'a\n' }, sides);
    assert.equal(one?.conflictId, again?.conflictId);
  });
});
