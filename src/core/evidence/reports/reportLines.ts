import { withoutEscapes } from '../../../base/terminalEscapes.ts';

/** Longer lines are no titles of tests; reading them as such would only cost time. */
const MAX_TITLE_LINE = 4000;

const LINE_END = /\r\n|\n|\r/u;
// What the command runner writes where it left out the middle of a long output.
const CUT = /^\[\d{1,15} bytes left out here\]$/u;
// npm and pnpm announce each script: "> name@1.0.0 test", yarn "$ jest".
const SCRIPT_BANNER = /^> \S{1,214}@\S{1,60} \S/u;

/** One line of a command's output, without colours. */
export type ReportLine =
  | { readonly type: 'text'; readonly text: string }
  /** Something is missing here. */
  | { readonly type: 'cut' }
  /** Another script begins, and with it perhaps another run of tests. */
  | { readonly type: 'script' };

/** Takes an output apart, whatever its line ends and colours. */
export function reportLines(output: string): readonly ReportLine[] {
  return withoutEscapes(output).split(LINE_END).map(lineOf);
}

/** True where the middle of the output is missing. */
export function isCutOutput(lines: readonly ReportLine[]): boolean {
  return lines.some(({ type }) => type === 'cut');
}

function lineOf(text: string): ReportLine {
  if (text.startsWith('[') && CUT.test(text)) return { type: 'cut' };
  if (text.startsWith('> ') && SCRIPT_BANNER.test(text)) return { type: 'script' };
  return { type: 'text', text: text.length > MAX_TITLE_LINE ? '' : text };
}
