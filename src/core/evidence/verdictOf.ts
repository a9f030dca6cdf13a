import type { Receipt, Verdict } from '../../protocol/receipt.ts';

/** A command that has to pass, by what makes it distinct. */
export interface RequiredCommand {
  readonly command: string;
  readonly cwd: string;
}

export interface Evidence {
  /** In the order in which they were made. */
  readonly receipts: readonly Receipt[];
  /** Required by the user's settings, or started and never finished; beside those that the receipts name. */
  readonly requiredCommands: readonly RequiredCommand[];
  /** Identity of the tree that is proposed now. */
  readonly currentTreeHash: string | null;
}

type Standing = 'passed' | 'failed' | 'missing' | 'stale' | 'doubtful';

/** Judges by the latest receipt of each required command, and only by receipts for the tree that is proposed now. */
export function verdictOf(evidence: Evidence): Verdict {
  const required = new Map<string, RequiredCommand>();
  for (const item of [...evidence.requiredCommands, ...evidence.receipts.filter(isRequired)]) {
    required.set(keyOf(item), item);
  }
  const standings = [...required.keys()].map((key) => standingOf(key, evidence));
  if (standings.includes('failed')) return 'failed';
  if (standings.length === 0) return 'unverified';
  return standings.every((standing) => standing === 'passed') ? 'passed' : 'unverified';
}

function standingOf(key: string, evidence: Evidence): Standing {
  const latest = evidence.receipts.findLast((receipt) => keyOf(receipt) === key);
  if (latest === undefined) return 'missing';
  if (latest.treeHash !== evidence.currentTreeHash) return 'stale';
  if (latest.ok || isWithoutRegressions(latest)) return 'passed';
  // It ended without a failure, and that shows nothing.
  return latest.doubts !== undefined && latest.regressions.length === 0 ? 'doubtful' : 'failed';
}

/** No new failure compared with the snapshot, from a suite that really ran and failed by its tests alone. */
function isWithoutRegressions(receipt: Receipt): boolean {
  const { tests, timedOut, stopped, regressions, baseline } = receipt;
  if (baseline?.problem !== null) return false;
  // Without a failed test it failed for another reason, such as an error outside of any test.
  const wasCut = timedOut || stopped !== undefined;
  const failedByTests = tests !== null && tests.failed > 0 && !wasCut;
  return failedByTests && regressions.length === 0;
}

function isRequired(receipt: Receipt): boolean {
  return receipt.required;
}

function keyOf(item: RequiredCommand): string {
  return JSON.stringify([item.command, item.cwd]);
}
