/** A merge by the book, told how both sides lie over the base: slow, short, and made without the product's code. */
import { splitLines } from '../../../../src/base/lines.ts';
import type { MergeInput, MergePart } from '../../../../src/core/changes/text/merge3.ts';
import type { GitAlignment } from './gitMergeFile.ts';

/** Lines between two lines that both sides left alone are taken from the side that changed them. */
export function referenceMerge(
  input: MergeInput,
  alignments: { readonly ours: GitAlignment; readonly theirs: GitAlignment },
): readonly MergePart[] {
  const [base, ours, theirs] = [input.base, input.ours, input.theirs].map(splitLines);
  if (base === undefined || ours === undefined || theirs === undefined) return [];
  const oursPlaces = placesOf(base.length, alignments.ours);
  const theirsPlaces = placesOf(base.length, alignments.theirs);
  const parts: MergePart[] = [];
  const addText = (text: string): void => {
    const last = parts.at(-1);
    if (last?.type === 'text') parts.splice(-1, 1, { type: 'text', text: last.text + text });
    else if (text !== '') parts.push({ type: 'text', text });
  };
  let from = { base: 0, ours: 0, theirs: 0 };
  for (let line = 0; line <= base.length; line += 1) {
    const isEnd = line === base.length;
    const oursLine = isEnd ? ours.length : (oursPlaces[line] ?? -1);
    const theirsLine = isEnd ? theirs.length : (theirsPlaces[line] ?? -1);
    if (oursLine < 0 || theirsLine < 0) continue;
    const chunk = {
      base: base.slice(from.base, line).join(''),
      ours: ours.slice(from.ours, oursLine).join(''),
      theirs: theirs.slice(from.theirs, theirsLine).join(''),
    };
    if (chunk.ours === chunk.theirs || chunk.theirs === chunk.base) addText(chunk.ours);
    else if (chunk.ours === chunk.base) addText(chunk.theirs);
    else {
      const baseLines = line - from.base;
      parts.push({ type: 'conflict', baseStart: from.base + 1, baseLines, ...chunk });
    }
    addText(base[line] ?? '');
    from = { base: line + 1, ours: oursLine + 1, theirs: theirsLine + 1 };
  }
  return parts;
}

/** Where each line of the base stands on a side; -1 where it was taken away. */
function placesOf(count: number, { removed, added }: GitAlignment): readonly number[] {
  const kept = added.flatMap((isNew, index) => (isNew ? [] : [index]));
  let next = 0;
  return Array.from({ length: count }, (_x, line) =>
    removed[line] === true ? -1 : (kept[next++] ?? -1),
  );
}
