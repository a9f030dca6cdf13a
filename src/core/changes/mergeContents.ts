import type { FileContent } from '../ports/fileView.ts';
import {
  classifyBytes,
  fromByteText,
  isTextFile,
  mayMix,
  sameBytes,
  sameContent,
  toByteText,
} from './fileContent.ts';
import { merge3 } from './merge3.ts';

export type ContentMerge =
  | { readonly type: 'merged'; readonly content: FileContent | null }
  | { readonly type: 'conflict'; readonly reason: string };

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
  if (base === null) return conflict('Both sides created the file, with different content.');
  if (ours === null || theirs === null)
    return conflict('One side deleted the file and the other one changed it.');
  return mergeFiles({ base, ours, theirs });
}

interface FileTriple {
  readonly base: FileContent;
  readonly ours: FileContent;
  readonly theirs: FileContent;
}

function mergeFiles({ base, ours, theirs }: FileTriple): ContentMerge {
  const mode = pick(base.mode, ours.mode, theirs.mode);
  if (mode === null) return conflict('Both sides changed the mode of the file.');
  const merged = mergeBytes({ base, ours, theirs });
  if (merged.type === 'conflict') return merged;
  return { type: 'merged', content: { bytes: merged.bytes, mode } };
}

type BytesMerge =
  | { readonly type: 'merged'; readonly bytes: Uint8Array }
  | { readonly type: 'conflict'; readonly reason: string };

function mergeBytes({ base, ours, theirs }: FileTriple): BytesMerge {
  if (sameBytes(base, theirs) || sameBytes(ours, theirs))
    return { type: 'merged', bytes: ours.bytes };
  if (sameBytes(base, ours)) return { type: 'merged', bytes: theirs.bytes };
  if (![base, ours, theirs].every(isTextFile))
    return conflict('Both sides changed the file, and it is not a text file.');
  if (!mayMix(classifyBytes(ours.bytes), classifyBytes(theirs.bytes)))
    return conflict('The two sides are in different encodings.');
  const result = merge3({
    base: toByteText(base.bytes),
    ours: toByteText(ours.bytes),
    theirs: toByteText(theirs.bytes),
  });
  if (result.type === 'merged') return { type: 'merged', bytes: fromByteText(result.text) };
  const lines = result.regions.map((region) => region.baseStart).join(', ');
  return conflict(`Both sides changed the same lines (near line ${lines}).`);
}

function conflict(reason: string): { readonly type: 'conflict'; readonly reason: string } {
  return { type: 'conflict', reason };
}

/** The mode after both sides had their say; null when they disagree. */
function pick(base: number, ours: number, theirs: number): number | null {
  if (theirs === base || theirs === ours) return ours;
  return ours === base ? theirs : null;
}
