/** Lines of a command that did not pass which are shown beside its receipt; its log has them all. */
const MAX_LINES = 12;
const MAX_LINE_CHARS = 200;

// Escape sequences of terminals, and whatever other control characters are left: they are shown to people.
const ESCAPES = /\u001B(?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/gu;
const CONTROL = /[\p{Cc}\p{Bidi_Control}]/gu;

/** The last lines of an output that say something. */
export function lastLinesOf(output: string): readonly string[] {
  return output
    .replace(ESCAPES, '')
    .split(/\r\n|\n|\r/u)
    .map((line) => line.replaceAll('\t', '  ').replace(CONTROL, ' ').trimEnd())
    .filter((line) => line !== '')
    .slice(-MAX_LINES)
    .map((line) => (line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line));
}
