import type { FileContent } from '../../ports/fileView.ts';
import {
  fromByteText,
  isTextFile,
  mayMix,
  sameBytes,
  sameContent,
  toByteText,
} from './fileContent.ts';
import { merge3 } from './merge3.ts';

/** Why two sides cannot be merged. */
export type MergeObstacle =
  | { readonly cause: 'bothCreated' | 'deletedAndChanged' | 'modes' | 'notText' | 'encodings' }
  /** Both sides changed these lines of the base, or lines that touch. */
  | { readonly cause: 'lines'; readonly baseLines: readonly number[] };

export type ContentMerge =
  | { readonly type: 'merged'; readonly content: FileContent | null }
  | { readonly type: 'conflict'; readonly obstacle: MergeObstacle };

/** Three states of one file; null where it does not exist. */
export interface ContentTriple {
  readonly base: FileContent | null;
  readonly ours: FileContent | null;
  readonly theirs: FileContent | null;
}

/** Three-way merge of one file's existence, bytes and mode. What cannot be merged exactly is a conflict. */
export function mergeContents(triple: ContentTriple): ContentMerge {
  const { base, ours, theirs } = triple;
  if (sameContent(ours, theirs) || sameContent(base, theirs))
    return { type: 'merged', content: ours };
  if (sameContent(base, ours)) return { type: 'merged', content: theirs };
  if (base === null) return conflict({ cause: 'bothCreated' });
  if (ours === null || theirs === null) return conflict({ cause: 'deletedAndChanged' });
  return mergeFiles({ base, ours, theirs });
}

interface FileTriple {
  readonly base: FileContent;
  readonly ours: FileContent;
  readonly theirs: FileContent;
}

function mergeFiles({ base, ours, theirs }: FileTriple): ContentMerge {
  const mode = pick(base.mode, ours.mode, theirs.mode);
  if (mode === null) return conflict({ cause: 'modes' });
  const merged = mergeBytes({ base, ours, theirs });
  if (merged.type === 'conflict') return merged;
  return { type: 'merged', content: { bytes: merged.bytes, mode } };
}

type BytesMerge =
  | { readonly type: 'merged'; readonly bytes: Uint8Array }
  | { readonly type: 'conflict'; readonly obstacle: MergeObstacle };

function mergeBytes({ base, ours, theirs }: FileTriple): BytesMerge {
  if (sameBytes(base, theirs) || sameBytes(ours, theirs))
    return { type: 'merged', bytes: ours.bytes };
  if (sameBytes(base, ours)) return { type: 'merged', bytes: theirs.bytes };
  if (![base, ours, theirs].every(isTextFile)) return conflict({ cause: 'notText' });
  if (!mayMix(ours.bytes, theirs.bytes)) return conflict({ cause: 'encodings' });
  const result = merge3({
    base: toByteText(base.bytes),
    ours: toByteText(ours.bytes),
    theirs: toByteText(theirs.bytes),
  });
  if (result.type === 'merged') return { type: 'merged', bytes: fromByteText(result.text) };
  return conflict({ cause: 'lines', baseLines: result.regions.map((region) => region.baseStart) });
}

function conflict(obstacle: MergeObstacle): {
  readonly type: 'conflict';
  readonly obstacle: MergeObstacle;
} {
  return { type: 'conflict', obstacle };
}

/** The mode after both sides had their say; null when they disagree. */
function pick(base: number, ours: number, theirs: number): number | null {
  if (theirs === base || theirs === ours) return ours;
  return ours === base ? theirs : null;
}

/** `near line 3`, `near lines 3, 40`: where to look. */
export function nearLines(baseLines: readonly number[]): string {
  return `near line${baseLines.length === 1 ? '' : 's'} ${baseLines.join(', ')}`;
}
