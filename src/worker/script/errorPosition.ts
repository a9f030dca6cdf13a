/** A script as the engine knows it: its name in stacks, and the lines that were put before the user's first. */
export interface PositionedScript {
  readonly fileName: string;
  readonly linesBefore: number;
}

/** A place that the user can look up; line and column count from 1, and column is null where the stack has none. */
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
  return { fileName, line, column: numbers?.[2] === undefined ? null : Number(numbers[2]) };
}
