/** Scripts that once ran worse than their authors would expect, and one that still does. */
import type { RealisticCase } from './realisticCases.ts';

export const defectCases: readonly RealisticCase[] = [
  { script: 'schema-with-dialect', answering: ['completed', 1], failing: ['failed', 1] },
  { script: 'schema-escapes', answering: ['completed', 1], failing: ['failed', 1] },
  { script: 'console-everything', answering: ['completed', 1], failing: ['failed', 1] },
  { script: 'uncaught-unknown-type', answering: ['failed', 1], failing: ['failed', 1] },
  // FIXME: the position is that of the last call among the arguments. Should name line 6.
  { script: 'multi-line-throw', answering: ['failed', 1], failing: ['failed', 1] },
];
