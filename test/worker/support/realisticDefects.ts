/** Scripts that ought to do better: what is expected here is what happens, and each says what should. */
import type { RealisticCase } from './realisticCases.ts';

export const defectCases: readonly RealisticCase[] = [
  // FIXME: a $schema other than draft 7 is refused. Should be completed, 1 and failed, 1.
  { script: 'schema-with-dialect', answering: ['failed', 0], failing: ['failed', 0] },
  // FIXME: patterns that escape what needs no escape are refused. Should be completed, 1 and failed, 1.
  { script: 'schema-escapes', answering: ['failed', 0], failing: ['failed', 0] },
  // FIXME: console has only log, info, debug, warn and error. Should be completed, 1 and failed, 1.
  { script: 'console-everything', answering: ['failed', 0], failing: ['failed', 0] },
  // FIXME: an error that the host made has no position. Should name line 5.
  { script: 'uncaught-unknown-type', answering: ['failed', 1], failing: ['failed', 1] },
  // FIXME: the position is that of the last call among the arguments. Should name line 6.
  { script: 'multi-line-throw', answering: ['failed', 1], failing: ['failed', 1] },
];
