import type { FileContent } from '../../ports/fileView.ts';
import { fromByteText, isTextFile, mayMix, toByteText } from './fileContent.ts';
import { mergeParts } from './merge3.ts';
import { mergeContents, type ContentTriple } from './mergeContents.ts';

/**
 * What `theirs` made of `base`, on `ours`: edits of both sides, and `theirs` where they disagree. Where
 * lines cannot be taken one by one, it is `theirs` as a whole.
 */
export function preferTheirs(triple: ContentTriple): FileContent | null {
  const merged = mergeContents(triple);
  if (merged.type === 'merged') return merged.content;
  const { base, ours, theirs } = triple;
  if (base === null || ours === null || theirs === null) return theirs;
  if (![base, ours, theirs].every(isTextFile) || !mayMix(ours.bytes, theirs.bytes)) return theirs;
  const parts = mergeParts({
    base: toByteText(base.bytes),
    ours: toByteText(ours.bytes),
    theirs: toByteText(theirs.bytes),
  });
  const text = parts.map((part) => (part.type === 'text' ? part.text : part.theirs)).join('');
  return { bytes: fromByteText(text), mode: theirs.mode === base.mode ? ours.mode : theirs.mode };
}
