import { withoutEscapes } from '../../base/terminalEscapes.ts';
import { visibleText } from '../../base/visibleText.ts';

/** Lines of a command that did not pass which are shown beside its receipt; its log has them all. */
const MAX_LINES = 12;
const MAX_LINE_CHARS = 200;

/** The last lines of an output that say something. */
export function lastLinesOf(output: string): readonly string[] {
  return withoutEscapes(output)
    .split(/\r\n|\n|\r/u)
    .map((line) => visibleText(line.replaceAll('\t', '  ')).trimEnd())
    .filter((line) => line !== '')
    .slice(-MAX_LINES)
    .map((line) => (line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line));
}
