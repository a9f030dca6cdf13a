import { assertNever } from '../../../base/assertNever.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { sameBytes, SYMLINK_MODE } from '../text/fileContent.ts';
import { mergeContents, nearLines, type MergeObstacle } from '../text/mergeContents.ts';

export type CarryResult =
  | { readonly type: 'fits'; readonly content: FileContent | null }
  | { readonly type: 'conflict'; readonly reason: string };

/** A change of one file (`from` → `to`) and the file as it is now. */
export interface CarryTask {
  readonly path: string;
  readonly from: FileContent | null;
  readonly to: FileContent | null;
  readonly live: FileContent | null;
}

/** Carries a change over to the live file: exactly where it is as expected, else by a merge that loses nothing. */
export function carryOver({ path, from, to, live }: CarryTask): CarryResult {
  if ([from, to, live].some((content) => content?.mode === SYMLINK_MODE))
    return conflict(path, 'it is a symbolic link, which Muster does not write');
  // Modes are not compared here: some file systems cannot hold them, and no content is at stake.
  if (to === null && sameBytes(from, live)) return { type: 'fits', content: null };
  if (from === null && sameBytes(to, live)) return { type: 'fits', content: live };
  const merged = mergeContents({ base: from, ours: live, theirs: to });
  if (merged.type === 'merged') return { type: 'fits', content: merged.content };
  return conflict(path, describe(merged.obstacle, live));
}

function conflict(path: string, why: string): CarryResult {
  return {
    type: 'conflict',
    reason: `Cannot apply ${path}: ${why}. Nothing was written; compare the two and decide again.`,
  };
}

function describe(obstacle: MergeObstacle, live: FileContent | null): string {
  switch (obstacle.cause) {
    case 'bothCreated':
      return 'a file with other content stands there';
    case 'deletedAndChanged':
      return live === null
        ? 'the file does not exist any more'
        : 'the file changed since it was read, and would be deleted';
    case 'modes':
      return "the file's mode changed since it was read";
    case 'notText':
      return 'the file changed since it was read, and it is not a text file';
    case 'encodings':
      return "the file's encoding changed since it was read";
    case 'lines':
      return `the file changed since it was read, in the same lines (${nearLines(obstacle.baseLines)})`;
    default:
      return assertNever(obstacle);
  }
}
