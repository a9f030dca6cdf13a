/** A script as the engine knows it: its name in stacks, and the lines that were put before the user's first. */
export interface PositionedScript {
  readonly fileName: string;
  readonly linesBefore: number;
  /** The text with those lines; without it, columns stay as the engine counts them. */
  readonly source?: string | undefined;
}

/** A place that the user can look up; line and column count from 1, the column in UTF-16 units, as editors do, and null where the stack has none. */
export interface ErrorPosition {
  readonly fileName: string;
  readonly line: number;
  readonly column: number | null;
}

/** The first place of a stack that is in one of the scripts; null where it names none of them. */
export function errorPosition(
  stack: string,
  scripts: readonly PositionedScript[],
): ErrorPosition | null {
  for (const frame of stack.split('\n')) {
    for (const script of byLengthOfName(scripts)) {
      const position = positionIn(frame, script);
      if (position !== null) return position;
    }
  }
  return null;
}

/** `file:line:column`, the way compilers write it. */
export function formatPosition({ fileName, line, column }: ErrorPosition): string {
  return column === null ? `${fileName}:${line}` : `${fileName}:${line}:${column}`;
}

// `b.js` also ends a frame that is in `a b.js`: the longer name is the right one.
function byLengthOfName(scripts: readonly PositionedScript[]): readonly PositionedScript[] {
  return scripts.toSorted((a, b) => b.fileName.length - a.fileName.length);
}

function positionIn(frame: string, script: PositionedScript): ErrorPosition | null {
  const { fileName, linesBefore } = script;
  const at = frame.lastIndexOf(`${fileName}:`);
  // A frame is `at name (file:1:2)` or `at file:1:2`.
  if (at < 0 || !' ('.includes(frame.charAt(at - 1))) return null;
  const numbers = /^(\d+)(?::(\d+))?\)?\s*$/u.exec(frame.slice(at + fileName.length + 1));
  const line = Number(numbers?.[1]) - linesBefore;
  if (!(line >= 1)) return null;
  const column = numbers?.[2] === undefined ? null : columnIn(script, line, Number(numbers[2]));
  return { fileName, line, column };
}

/** The engine counts the bytes of UTF-8, and ends a line at CR, too. */
function columnIn(script: PositionedScript, line: number, byteColumn: number): number {
  if (script.source === undefined) return byteColumn;
  const text = script.source.split(/\r\n|\r|\n/u)[script.linesBefore + line - 1] ?? '';
  let bytes = 0;
  let units = 0;
  for (const character of text) {
    if (bytes >= byteColumn - 1) break;
    bytes += utf8Length(character);
    units += character.length;
  }
  // A place behind the text cannot be told better than by what the engine says about it.
  return bytes >= byteColumn - 1 ? units + 1 : byteColumn - bytes + units;
}

function utf8Length(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x1_00_00 ? 3 : 4;
}
