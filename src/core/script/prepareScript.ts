import assert from 'node:assert/strict';
import { parseScript } from './parseScript.ts';
import { CHILD_GLOBALS } from './scriptGlobals.ts';

/** Line that both functions below put before the user's first line; error positions subtract it. */
export const PREPARED_LINES_BEFORE = 1;

/**
 * Turns a checked script into an expression that is a promise of its result. `export` becomes spaces, so
 * that lines and columns stay those of the script that the user saw.
 */
export function prepareScript(source: string): string {
  return `(async () => { "use strict";\n${bodyOf(source)}\n})()`;
}

/**
 * Turns a checked script into an expression that is a function of its globals, which gives a function that
 * runs it. The two are apart, so that the child may declare a name that is also a global's. The outer one is
 * no arrow, so that its caller decides about `this`.
 */
export function prepareChild(source: string): string {
  const globals = CHILD_GLOBALS.join(', ');
  return `(function ({ ${globals} }) { return async () => { "use strict";\n${bodyOf(source)}\n}; })`;
}

function bodyOf(source: string): string {
  const parsed = parseScript(source);
  assert(parsed.type === 'parsed', 'Only a checked script is prepared.');
  const metaStart = parsed.program.body[0]?.start ?? 0;
  const keyword = 'export';
  // A hashbang is one at the beginning of a text only.
  const before = source.slice(0, metaStart).replace(/^#!/u, '//');
  return before + ' '.repeat(keyword.length) + source.slice(metaStart + keyword.length);
}
