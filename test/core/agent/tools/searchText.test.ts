/** A search over shared memory finds exactly what reading every file finds. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { OverlayFiles } from '../../../../src/core/agent/overlayFiles.ts';
import { searchText } from '../../../../src/core/agent/tools/searchText.ts';
import type { ToolContext } from '../../../../src/core/agent/tools/tool.ts';
import { RunTree } from '../../../../src/core/changes/tree/runTree.ts';
import { SnapshotView } from '../../../../src/core/changes/tree/snapshotView.ts';
import { MemorySnapshots } from '../../../support/memorySnapshots.ts';
import { inlineCompute } from '../../../support/runBench.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;
type Edit = readonly [path: string, text: string | null];

/** An agent's view: a snapshot, what the run changed, and what the agent changed. */
async function viewOf(files: Files, edits: { readonly run: Edit[]; readonly agent: Edit[] }) {
  const snapshots = new MemorySnapshots(files);
  let reads = 0;
  const readBlob = (blob: string): Promise<Uint8Array> => {
    reads += 1;
    return snapshots.readBlob(blob);
  };
  const snapshot = new SnapshotView(snapshots.snapshot, { readBlob });
  const tree = new RunTree({ snapshot, snapshotTree: 'tree-0' });
  const before = tree.startOverlay();
  for (const edit of edits.run) await apply(new OverlayFiles(before), edit);
  await tree.mergeOverlay({ agentId: 1, groupTitle: 'g', overlay: before });
  const overlay = tree.startOverlay();
  for (const edit of edits.agent) await apply(new OverlayFiles(overlay), edit);
  return { overlay, reads: () => reads };
}

async function apply(files: OverlayFiles, [path, text]: Edit): Promise<void> {
  await (text === null ? files.delete(path) : files.writeText(path, text));
}

function contextFor(files: ToolContext['files']): ToolContext {
  const commands: ToolContext['commands'] = { run: () => Promise.reject(new Error('no commands')) };
  const { signal } = new AbortController();
  return { files, compute: inlineCompute, commands, writes: null, canWrite: true, signal };
}

const files: Files = {
  'a.ts': 'import x from "y";\r\nconst needle = 1;\r\n',
  'b/latin1.txt': Buffer.from('na\xefve needle\n', 'latin1'),
  'b/bom.ts': '\ufeffneedle first\nsecond needle',
  'c.bin': Buffer.from([0, 1, 2, 110, 101, 101, 100, 108, 101]),
  'd.ts': 'nothing here\n',
  'e.ts': 'need',
  'f.ts': 'le here: the end of one file and the start of the next are no match\n',
};

describe('search_text over a snapshot', () => {
  it('finds lines in every encoding, and nothing across two files', async () => {
    const { overlay } = await viewOf(files, { run: [], agent: [] });
    const { text } = await searchText({ pattern: 'needle' }, contextFor(new OverlayFiles(overlay)));
    assert.deepEqual(text.split('\n'), [
      'a.ts:2: const needle = 1;',
      'b/bom.ts:1: needle first',
      'b/bom.ts:2: second needle',
      'b/latin1.txt:1: naïve needle',
    ]);
  });

  it('sees what the run and the agent changed, and not what they deleted', async () => {
    const run: Edit[] = [
      ['a.ts', 'const other = 1;\n'],
      ['new.ts', 'a needle of the run\n'],
    ];
    const agent: Edit[] = [
      ['b/bom.ts', null],
      ['d.ts', 'now a needle\n'],
    ];
    const { overlay } = await viewOf(files, { run, agent });
    const { text } = await searchText({ pattern: 'needle' }, contextFor(new OverlayFiles(overlay)));
    assert.deepEqual(text.split('\n'), [
      'b/latin1.txt:1: naïve needle',
      'd.ts:1: now a needle',
      'new.ts:1: a needle of the run',
    ]);
  });

  it('reads nothing again for the next search, and counts as read what it showed', async () => {
    const { overlay, reads } = await viewOf(files, { run: [], agent: [] });
    const ctx = contextFor(new OverlayFiles(overlay));
    await searchText({ pattern: 'no such text anywhere' }, ctx);
    const first = reads();
    await searchText({ pattern: 'nothing' }, ctx);
    assert.deepEqual([first, reads() - first], [7, 1]);
    assert.deepEqual(overlay.readPaths(), ['d.ts']);
  });

  it('keeps to the glob and to the number of lines that were asked for', async () => {
    const { overlay } = await viewOf(files, { run: [], agent: [] });
    const ctx = contextFor(new OverlayFiles(overlay));
    const one = await searchText({ pattern: 'needle', glob: 'b/**', limit: 1 }, ctx);
    assert.equal(one.text, 'b/bom.ts:1: needle first\n… and more; narrow the search');
    const wrong = await searchText({ pattern: '(' }, ctx);
    assert.deepEqual([wrong.outcome, /cannot be read/u.test(wrong.text)], ['error', true]);
  });

  it('finds what reading every file finds', async () => {
    const word = fc.constantFrom('alpha', 'beta', 'gamma(', 'δέλτα', 'a.b', ' ', '\t', '2,3');
    const line = fc.array(word, { maxLength: 4 }).map((words) => words.join(''));
    const eol = fc.constantFrom('\n', '\r\n');
    const content = fc
      .tuple(fc.array(line, { maxLength: 5 }), eol, fc.boolean(), fc.boolean())
      .map(([lines, end, bom, last]) => {
        return `${bom ? '\ufeff' : ''}${lines.join(end)}${last ? end : ''}`;
      });
    const name = fc.constantFrom('a', 'b', 'c/d', 'c/e', 'f');
    const edit = fc.tuple(name, fc.option(content, { nil: null }));
    const patterns = [
      'alpha',
      'beta.*gamma',
      'a|b',
      String.raw`gamma\(`,
      'alph?a',
      '^ ',
      '$',
      'δέλ',
      'x{2,3}a',
      String.raw`a\.b`,
      '2,3',
      '(?:alpha)+',
      '[ab]lpha',
      'alpha$',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, content),
        fc.record({
          run: fc.array(edit, { maxLength: 3 }),
          agent: fc.array(edit, { maxLength: 3 }),
        }),
        fc.constantFrom(...patterns),
        async (given, edits, pattern) => {
          const { overlay } = await viewOf(given, edits);
          const agent = new OverlayFiles(overlay);
          const fast = await searchText({ pattern }, contextFor(agent));
          const slow = await searchText({ pattern }, contextFor(readingEach(agent)));
          assert.deepEqual(fast, slow);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The same files without the snapshot underneath. */
function readingEach(agent: OverlayFiles): ToolContext['files'] {
  return {
    list: () => agent.list(),
    readText: (path) => agent.readText(path),
    writeText: (path, text) => agent.writeText(path, text),
    take: (path, content) => agent.take(path, content),
    delete: (path) => agent.delete(path),
    move: (from, to) => agent.move(from, to),
  };
}
