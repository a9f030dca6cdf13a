import { assertNever } from '../../../base/assertNever.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { sameContent, SYMLINK_MODE } from '../text/fileContent.ts';
import { mergeContents, nearLines, type MergeObstacle } from '../text/mergeContents.ts';
import type { AgentChange } from './agentChanges.ts';
import type { PathHistory } from './pathHistory.ts';
import { includesPath, whyNotPlaceable, withoutPath, withPath } from './sortedPaths.ts';

/** Whose changes are merged, and under which heading they are reviewed. */
export interface MergeAuthor {
  readonly agentId: number;
  readonly groupTitle: string;
}

/** An edit that did not fit on the tree. The tree kept `ours`; nothing of `theirs` is lost. */
export interface MergeConflict extends MergeAuthor {
  readonly path: string;
  readonly reason: string;
  /** Agents behind `ours`, in the order of their merges. */
  readonly oursAgentIds: readonly number[];
  readonly base: FileContent | null;
  readonly ours: FileContent | null;
  readonly theirs: FileContent | null;
}

/** What a merge would make of a tree. */
export interface StagedMerge {
  readonly contents: Map<string, FileContent | null>;
  paths: readonly string[];
  readonly conflicts: MergeConflict[];
}

/** Works out a merge without carrying it out. */
export function stageMerge(
  tree: {
    readonly paths: readonly string[];
    readonly histories: ReadonlyMap<string, PathHistory>;
  },
  merge: MergeAuthor & { readonly changes: readonly AgentChange[] },
): StagedMerge {
  const { agentId, groupTitle } = merge;
  const staged: StagedMerge = { contents: new Map(), paths: tree.paths, conflicts: [] };
  for (const change of deletesFirst(merge.changes)) {
    const { path, base, proposed: theirs } = change;
    const history = tree.histories.get(path);
    const ours = history?.content ?? null;
    const merged = mergeOnto(staged.paths, ours, change);
    if (merged.type === 'conflict') {
      const oursAgentIds = history?.agentIds() ?? [];
      const { reason } = merged;
      staged.conflicts.push({
        path,
        agentId,
        groupTitle,
        reason,
        oursAgentIds,
        base,
        ours,
        theirs,
      });
    } else if (!sameContent(ours, merged.content)) {
      staged.contents.set(path, merged.content);
      staged.paths = (merged.content === null ? withoutPath : withPath)(staged.paths, path);
    }
  }
  return staged;
}

/** A file that becomes a folder must be gone before something stands in that folder. */
function deletesFirst(changes: readonly AgentChange[]): AgentChange[] {
  const deletes = changes.filter((change) => change.proposed === null);
  return [...deletes, ...changes.filter((change) => change.proposed !== null)];
}

type OntoResult =
  | { readonly type: 'merged'; readonly content: FileContent | null }
  | { readonly type: 'conflict'; readonly reason: string };

function mergeOnto(
  paths: readonly string[],
  ours: FileContent | null,
  { path, base, proposed }: AgentChange,
): OntoResult {
  if ([base, ours, proposed].some((content) => content?.mode === SYMLINK_MODE))
    return { type: 'conflict', reason: 'Symbolic links are not changed by proposals.' };
  const merged = mergeContents({ base, ours, theirs: proposed });
  if (merged.type === 'conflict')
    return { type: 'conflict', reason: describeObstacle(merged.obstacle) };
  if (merged.content === null || ours !== null) return merged;
  const view = { list: () => paths, has: (name: string) => includesPath(paths, name) };
  const reason = whyNotPlaceable(view, path);
  return reason === null ? merged : { type: 'conflict', reason };
}

function describeObstacle(obstacle: MergeObstacle): string {
  switch (obstacle.cause) {
    case 'bothCreated':
      return 'Another agent created this file, with other content.';
    case 'deletedAndChanged':
      return 'One agent deleted this file and another one changed it.';
    case 'modes':
      return 'Another agent changed the mode of this file.';
    case 'notText':
      return 'Another agent changed this file, and it is not a text file.';
    case 'encodings':
      return 'Another agent changed this file, in another encoding.';
    case 'lines':
      return `Another agent changed the same lines (${nearLines(obstacle.baseLines)}).`;
    default:
      return assertNever(obstacle);
  }
}
