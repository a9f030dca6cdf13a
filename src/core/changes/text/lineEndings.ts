import { diffLineLists, type LineChange } from './lineDiff.ts';

/** A line without its end, and the end: `\n`, `\r\n`, or nothing for a last line without one. */
interface Line {
  readonly content: string;
  readonly end: string;
}

/**
 * Gives an edited text, which was made from a picture of `base` with `\n` line ends, the line ends of
 * `base`: lines left alone keep theirs, changed lines take those of the lines they replace, added lines
 * those of the line before them. The end of the file (a final line end or none) stays as it was unless
 * the last line was changed, or the final line end is all that was changed.
 */
export function keepLineEndings(base: string, edited: string): string {
  const written = foldGuessedEndings(base, edited);
  const shown = base.replaceAll('\r\n', '\n');
  if (written === shown) return base;
  if (!base.includes('\r\n') && base.endsWith('\n') === written.endsWith('\n')) return written;
  return rebuild(base, written);
}

/** A model that writes `\r\n` on its own guessed the line ends: it was only ever shown `\n`. */
function foldGuessedEndings(base: string, edited: string): string {
  const wasShown = base.includes('\r\r\n');
  return wasShown ? edited : edited.replaceAll('\r\n', '\n');
}

function rebuild(base: string, written: string): string {
  const baseLines = toLines(base, '\r\n');
  const newLines = toLines(written, '\n');
  const changes = diffLineLists(
    baseLines.map((line) => line.content),
    newLines.map((line) => line.content),
  );
  const ends = lineEnds(baseLines, newLines, changes);
  const text = newLines.map((line, index) => line.content + (ends[index] ?? '')).join('');
  const lastIsOld = changes.length > 0 && changes.at(-1)?.newEnd !== newLines.length;
  const keepsLast = lastIsOld && changes.at(-1)?.oldEnd !== baseLines.length;
  return withFinalEnd(text, {
    wanted: keepsLast ? base.endsWith('\n') : written.endsWith('\n'),
    end: ends.at(-1) ?? '\n',
  });
}

function toLines(text: string, longEnd: '\r\n' | '\n'): Line[] {
  const parts = text.split('\n');
  const last = parts.pop() ?? '';
  const lines = parts.map((part) =>
    longEnd === '\r\n' && part.endsWith('\r')
      ? { content: part.slice(0, -1), end: '\r\n' }
      : { content: part, end: '\n' },
  );
  return last === '' ? lines : [...lines, { content: last, end: '' }];
}

/** A real line end for every new line, the last one included. */
function lineEnds(
  baseLines: readonly Line[],
  newLines: readonly Line[],
  changes: readonly LineChange[],
): string[] {
  const ends: string[] = [];
  const firstEnd = baseLines[0]?.end === '\r\n' ? '\r\n' : '\n';
  const endOf = (baseIndex: number | null): string => {
    const known = baseIndex === null ? '' : (baseLines[baseIndex]?.end ?? '');
    return known === '' ? (ends.at(-1) ?? firstEnd) : known;
  };
  let baseIndex = 0;
  let newIndex = 0;
  for (const change of changes) {
    while (newIndex < change.newStart) {
      ends.push(endOf(baseIndex++));
      newIndex++;
    }
    for (; newIndex < change.newEnd; newIndex++) {
      const replaced = change.oldStart + (newIndex - change.newStart);
      ends.push(endOf(replaced < change.oldEnd ? replaced : null));
    }
    baseIndex = change.oldEnd;
  }
  while (newIndex < newLines.length) {
    ends.push(endOf(baseIndex++));
    newIndex++;
  }
  return ends;
}

function withFinalEnd(
  text: string,
  final: { readonly wanted: boolean; readonly end: string },
): string {
  if (text === '' || text.endsWith('\n') === final.wanted) return text;
  if (final.wanted) return text + final.end;
  return text.slice(0, text.endsWith('\r\n') ? -2 : -1);
}
