import assert from 'node:assert/strict';
import type { FileProposal } from '../../../../src/protocol/proposals.ts';
import {
  firstHunkOfAgent,
  hunkAtLine,
  hunkLine,
  neighbourHunk,
} from '../../../../src/extension/review/proposals/hunkPositions.ts';
import {
  acceptableHunkIds,
  buildProposalNodes,
  conflictIdsOf,
  contextValueOf,
  describeNode,
  rejectableHunkIds,
  type ProposalNode,
} from '../../../../src/extension/review/proposals/proposalNodes.ts';
import { summarizeApply } from '../../../../src/extension/review/decisions/summarizeApply.ts';
import { explainConflict } from '../../../../src/extension/review/conflicts/conflictNodes.ts';
import { describeCounts } from '../../../../src/extension/review/proposals/describeCounts.ts';
import { countProposals } from '../../../../src/protocol/countProposals.ts';
import { sampleConflict, sampleFile, sampleHunk, sampleSet } from '../../support/samples.ts';

const first = sampleHunk({ hunkId: 'h1' });
const conflict = sampleHunk({ hunkId: 'h2', baseStart: 20, state: 'conflict' });
const decided = sampleHunk({ hunkId: 'h3', baseStart: 30, state: 'accepted' });
const other = sampleHunk({ hunkId: 'h4', groupId: 'g2', agentIds: [2], path: 'bin/b.js' });
const flagged = sampleHunk({ hunkId: 'h5', path: 'package.json' });
const set = sampleSet([
  sampleFile([first, conflict, decided]),
  sampleFile([other], { path: 'bin/b.js', kind: 'create' }),
  sampleFile([flagged], { path: 'package.json', flag: 'Package scripts: they run on install.' }),
]);

describe('the tree of proposed changes', () => {
  it('shows group, file and hunk, and only what is undecided', () => {
    assert.deepEqual(draw(buildProposalNodes(set, 'group')), [
      'Edit lib [+6 −3 · conflict] group.pending',
      '  a.js [+4 −2 · conflict] file.pending',
      '    h1 [+2 −1] hunk.pending',
      '    h2 [+2 −1 · conflict] hunk.conflict',
      '  package.json [+2 −1 · Package scripts: accept separately] file.pending',
      '    h5 [+2 −1] hunk.pending',
      'Edit bin [+2 −1] group.pending',
      '  bin/b.js [+2 −1] file.pending',
      '    h4 [+2 −1] hunk.pending',
    ]);
  });

  it('groups by folder and by kind of change', () => {
    const titles = (groupBy: 'folder' | 'kind') =>
      buildProposalNodes(set, groupBy).map((node) => (node.type === 'group' ? node.title : ''));
    assert.deepEqual(titles('folder'), ['Workspace root', 'bin']);
    assert.deepEqual(titles('kind'), ['Changed files', 'New files']);
  });

  it('accepts of a group what is pending and needs no accept of its own, and rejects all of it', () => {
    const [group] = buildProposalNodes(set, 'group');
    assert.ok(group?.type === 'group');
    assert.deepEqual(acceptableHunkIds(group), ['h1']);
    assert.deepEqual(rejectableHunkIds(group), ['h1', 'h2', 'h5']);
    assert.deepEqual(group.children.flatMap(acceptableHunkIds), ['h1', 'h5']);
  });
});

describe('what was kept aside', () => {
  const kept = sampleConflict({ path: 'a.js' });
  const other = sampleConflict({ conflictId: 'c2', agentLabel: 'Translate' });
  const gone = sampleConflict({ conflictId: 'c3', state: 'discarded' });
  const both = sampleSet([sampleFile([first])], [kept, other, gone]);

  it('stands above all groups with the agent and the reason, until it is decided', () => {
    assert.deepEqual(draw(buildProposalNodes(both, 'folder')), [
      'Conflicts [2] conflicts',
      '  a.js [Shorten · Another agent changed the same lines.] conflict',
      '  lib/a.js [Translate · Another agent changed the same lines.] conflict',
      'Workspace root [+2 −1] group.pending',
      '  a.js [+2 −1 · 1 kept aside] file.pending',
      '    h1 [+2 −1] hunk.pending',
    ]);
    assert.deepEqual(draw(buildProposalNodes(sampleSet([], [gone]), 'group')), []);
  });

  it('goes with no accept and with no reject of hunks', () => {
    const nodes = buildProposalNodes(both, 'group');
    assert.deepEqual(nodes.flatMap(acceptableHunkIds), ['h1']);
    assert.deepEqual(nodes.flatMap(rejectableHunkIds), ['h1']);
    assert.deepEqual(nodes.flatMap(conflictIdsOf), ['c1', 'c2']);
  });

  it('is explained: where, who, why, and what stands in its place', () => {
    assert.equal(
      explainConflict(kept),
      [
        'a.js',
        'Kept aside: the edit by agent 3 (Shorten).',
        'Another agent changed the same lines.',
        'In the proposal: the edits by agents 1.',
      ].join('\n'),
    );
  });

  it('counts as a conflict beside what is pending', () => {
    const counts = countProposals(both);
    assert.deepEqual([counts.pending, counts.conflicts], [1, 2]);
    assert.equal(describeCounts(counts), '1 pending · 2 conflicts');
    assert.equal(describeCounts({ pending: 0, conflicts: 1 }), '1 conflict');
    assert.equal(describeCounts({ pending: 0, conflicts: 0 }), '');
  });
});

describe('where a hunk stands', () => {
  const file = (states: readonly ('pending' | 'accepted' | 'rejected')[]): FileProposal =>
    sampleFile(
      states.map((state, index) =>
        sampleHunk({ hunkId: `h${index}`, baseStart: 10 * (index + 1), state }),
      ),
    );
  const line = (proposal: FileProposal, side: 'proposal' | 'workspace') => {
    const last = proposal.hunks.at(-1);
    return last === undefined ? null : hunkLine(proposal, last, side);
  };

  it('is shifted in the proposal by what is before it, but for rejected hunks', () => {
    assert.equal(line(file(['pending', 'pending', 'pending']), 'proposal'), 32);
    assert.equal(line(file(['rejected', 'accepted', 'pending']), 'proposal'), 31);
  });

  it('is shifted in the workspace by what was accepted before it', () => {
    assert.equal(line(file(['pending', 'pending', 'pending']), 'workspace'), 30);
    assert.equal(line(file(['accepted', 'pending', 'pending']), 'workspace'), 31);
  });

  it('is found from the cursor: the one under it, else the nearest undecided one', () => {
    const proposal = file(['pending', 'accepted', 'pending']);
    const found = [1, 11, 33, 99].map((at) => hunkAtLine(proposal, at, 'proposal')?.hunkId);
    assert.deepEqual(found, ['h0', 'h0', 'h2', 'h2']);
    assert.equal(hunkAtLine(file(['accepted']), 1, 'proposal'), null);
  });

  it('leads to the next and the previous undecided one, over files and round', () => {
    const at = (hunkId: string | null, direction: 'next' | 'previous') =>
      neighbourHunk(set, { path: 'a.js', hunkId }, direction)?.hunk.hunkId;
    assert.deepEqual(
      [at('h1', 'next'), at('h2', 'next'), at('h5', 'next'), at('h1', 'previous')],
      ['h2', 'h4', 'h1', 'h5'],
    );
    assert.equal(neighbourHunk(sampleSet([]), { path: 'a', hunkId: null }, 'next'), null);
  });

  it('is found for an agent', () => {
    assert.equal(firstHunkOfAgent(set, 2)?.hunk.hunkId, 'h4');
    assert.equal(firstHunkOfAgent(set, 9), null);
  });
});

describe('the sentence about an accept', () => {
  const result = { runId: 'r', decisionId: 'd', action: 'accept' } as const;
  const problem = (path: string) => ({ path, reason: 'It changed.' });
  const cases = [
    [['a', 'b'], [], 'Applied changes in 2 files.'],
    [['a'], ['b'], 'Applied 1 of 2 files. The rest is still pending. b: It changed.'],
    [['a'], ['b', 'c'], 'Applied 1 of 3 files. The rest is still pending. 2 were not written.'],
  ] as const;
  for (const [written, failed, sentence] of cases) {
    it(`says: ${sentence}`, () => {
      const problems = failed.map(problem);
      assert.equal(summarizeApply({ ...result, writtenPaths: written, problems }), sentence);
    });
  }

  it('speaks of an undo as such', () => {
    const undone = { ...result, action: 'undo', writtenPaths: ['a'], problems: [] } as const;
    assert.equal(summarizeApply(undone), 'Undid the changes in 1 file.');
  });
});

function draw(nodes: readonly ProposalNode[], indent = ''): string[] {
  return nodes.flatMap((node) => [
    `${indent}${name(node)} [${describeNode(node)}] ${contextValueOf(node)}`,
    ...('children' in node ? draw(node.children, `${indent}  `) : []),
  ]);
}

function name(node: ProposalNode): string {
  switch (node.type) {
    case 'group':
      return node.title;
    case 'file':
      return node.file.path;
    case 'hunk':
      return node.hunk.hunkId;
    case 'conflicts':
      return 'Conflicts';
    case 'conflict':
      return node.conflict.path;
  }
}
