import assert from 'node:assert/strict';
import { parseScript } from './parseScript.ts';

/** Line that prepareScript puts before the user's first line; error positions subtract it. */
export const PREPARED_LINES_BEFORE = 1;

/**
 * Turns a checked script into an expression that is a promise of its result. `export` becomes spaces, so
 * that lines and columns stay those of the script that the user saw.
 */
export function prepareScript(source: string): string {
  const parsed = parseScript(source);
  assert(parsed.type === 'parsed', 'Only a checked script is prepared.');
  const metaStart = parsed.program.body[0]?.start ?? 0;
  const keyword = 'export';
  const body =
    source.slice(0, metaStart) +
    ' '.repeat(keyword.length) +
    source.slice(metaStart + keyword.length);
  return `(async () => { "use strict";\n${body}\n})()`;
}
