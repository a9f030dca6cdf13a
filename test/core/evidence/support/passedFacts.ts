import type { VerificationFacts } from '../../../../src/core/evidence/makeReceipt.ts';

/** Of `npm test`, which ended with 0 and reported nothing. */
export const passedFacts: VerificationFacts = {
  verifyId: 1,
  label: 'npm test',
  phase: null,
  command: 'npm test',
  cwd: '',
  required: true,
  sandbox: 'none',
  treeHash: 'now',
  logPath: '/log',
  report: null,
  result: { exitCode: 0, timedOut: false, durationMs: 5, output: 'fine' },
};
