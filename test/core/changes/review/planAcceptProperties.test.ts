import assert from 'node:assert/strict';
import { proposedSide } from '../../../../src/core/changes/review/proposedSide.ts';
import { file, reject, ReviewBench, setLive, textOf } from '../changesSupport.ts';
import { fc } from '../../../support/fastCheck.ts';

describe('review of arbitrary files', () => {
  const lineEnd = fc.constantFrom('\n', '\n', '\r\n');
  const line = fc.tuple(fc.constantFrom('a', 'b', 'c', '\xe9', '', 'long line'), lineEnd);
  const edit = fc.record({
    at: fc.nat(60),
    remove: fc.nat(3),
    insert: fc.array(line, { maxLength: 3 }),
  });
  const join = (parts: readonly (readonly [string, string])[]): string =>
    parts.map(([text, end]) => text + end).join('');
  const pair = fc
    .record({
      head: fc.constantFrom('', '\xef\xbb\xbf'),
      parts: fc.array(line, { maxLength: 60 }),
      edits: fc.array(edit, { minLength: 1, maxLength: 6 }),
      cutBase: fc.boolean(),
      cutProposed: fc.boolean(),
    })
    .map(({ head, parts, edits, cutBase, cutProposed }) => {
      const next = [...parts];
      for (const { at, remove, insert } of edits)
        next.splice(at % (next.length + 1), remove, ...insert);
      const cut = (text: string, wanted: boolean): string =>
        wanted ? text.replace(/\r?\n$/u, '') : text;
      return {
        base: head + cut(join(parts), cutBase),
        proposed: head + cut(join(next), cutProposed),
      };
    })
    .filter(({ base, proposed }) => base !== proposed);

  async function benchOf(base: string, proposed: string): Promise<ReviewBench> {
    const bytes = (text: string) => file(new Uint8Array(Buffer.from(text, 'latin1')), 0o100755);
    const bench = new ReviewBench({ f: bytes(base) });
    await bench.agent({ f: bytes(proposed) });
    return bench;
  }

  it('gives the proposal when accepted at once, and the original when undone', async () => {
    await fc.assert(
      fc.asyncProperty(pair, async ({ base, proposed }) => {
        const bench = await benchOf(base, proposed);
        await bench.accept();
        assert.equal(bench.liveTexts()['f'], proposed);
        assert.deepEqual(await bench.undo(), []);
        assert.equal(bench.liveTexts()['f'], base);
        assert.equal(bench.live.get('f')?.mode, 0o100755);
      }),
    );
  });

  it('gives the proposal when accepted hunk by hunk in any order, and back again', async () => {
    const shuffled = pair.chain((texts) =>
      fc.record({ texts: fc.constant(texts), order: fc.array(fc.nat(1000), { minLength: 20 }) }),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ texts: { base, proposed }, order }) => {
        const bench = await benchOf(base, proposed);
        const rank = new Map(bench.hunkIds().map((id, index) => [id, order[index] ?? 0]));
        const hunkIds = bench.hunkIds().sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
        for (const hunkId of hunkIds) await bench.accept({ type: 'hunks', hunkIds: [hunkId] });
        assert.equal(bench.liveTexts()['f'], proposed);
        for (const index of hunkIds.keys()) assert.deepEqual(await bench.undo(`d${index + 1}`), []);
        assert.equal(bench.liveTexts()['f'], base);
      }),
    );
  });

  it('accepts a hunk that leaves nothing but ASCII behind a byte order mark', async () => {
    const [base, proposed] = [
      '\xef\xbb\xbf\xe9\na\na\na\na\na\n',
      '\xef\xbb\xbfa\na\na\na\na\n\xe9\na\n',
    ];
    const bench = await benchOf(base, proposed);
    for (const hunkId of bench.hunkIds()) await bench.accept({ type: 'hunks', hunkIds: [hunkId] });
    assert.equal(bench.liveTexts()['f'], proposed);
    for (const number of [1, 2]) assert.deepEqual(await bench.undo(`d${number}`), []);
    assert.equal(bench.liveTexts()['f'], base);
  });

  it('keeps an edit of the user in another part of the file', async () => {
    await fc.assert(
      fc.asyncProperty(pair, async ({ base, proposed }) => {
        const tail = '1\n2\n3\n4\n5\n';
        const [from, to] = [`${base}\n${tail}`, `${proposed}\n${tail}`];
        const bench = await benchOf(from, to);
        setLive(bench, 'f', `${from.slice(0, -2)}mine\r\n`);
        await bench.accept();
        assert.equal(bench.liveTexts()['f'], `${to.slice(0, -2)}mine\r\n`);
        await bench.undo();
        assert.equal(bench.liveTexts()['f'], `${from.slice(0, -2)}mine\r\n`);
      }),
    );
  });

  it('shows the whole proposal on the right as long as nothing is decided', async () => {
    await fc.assert(
      fc.asyncProperty(pair, async ({ base, proposed }) => {
        const bench = await benchOf(base, proposed);
        assert.equal(textOf(await proposedSide(bench.review, 'f')), proposed);
        reject(bench, bench.hunkIds());
        assert.equal(textOf(await proposedSide(bench.review, 'f')), base);
      }),
    );
  });
});
