/** The one range that differs between two texts, as offsets into the old one. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The smallest single replacement that turns one text into the other; null when they are equal. */
export function minimalEdit(before: string, after: string): TextEdit | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  while (start > 0 && isInsidePair(before, after, start)) start -= 1;
  let tail = 0;
  while (
    tail < shorter - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  while (tail > 0 && isTailInsidePair(before, after, tail)) tail -= 1;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** The text with every line ending as `\n`, for comparing what an editor normalises. */
export function withPlainEndings(text: string): string {
  return text.replaceAll(/\r\n?/gu, '\n');
}

// Neither a surrogate pair nor CR LF may be cut in two: the editor would move the edit's edge.
function isInsidePair(before: string, after: string, index: number): boolean {
  const last = before.charCodeAt(index - 1);
  return (
    isHighSurrogate(last) || (last === 13 && (before[index] === '\n' || after[index] === '\n'))
  );
}

function isTailInsidePair(before: string, after: string, tail: number): boolean {
  const first = before.charCodeAt(before.length - tail);
  if (first >= 0xdc00 && first <= 0xdfff) return true;
  const isCarriageReturn = (text: string) => text[text.length - tail - 1] === '\r';
  return first === 10 && (isCarriageReturn(before) || isCarriageReturn(after));
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
