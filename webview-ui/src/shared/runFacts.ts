import { formatCount, formatUsd, plural } from '../../../src/base/format.ts';
import type { ProposalCounts } from '../../../src/protocol/proposals.ts';
import type { Receipt } from '../../../src/protocol/receipt.ts';
import type { RunLimits, TokenUsage } from '../../../src/protocol/runLimits.ts';
import type { RunSummary, StatusCounts } from '../../../src/protocol/view/summarizeRun.ts';
import type { z } from 'zod';

/** Agents that will not change any more. */
export function doneCount(counts: StatusCounts): number {
  return counts.ok + counts.failed + counts.skipped + counts.cancelled;
}

/** All agents that were asked for so far. */
export function totalCount(counts: StatusCounts): number {
  return doneCount(counts) + counts.queued + counts.running;
}

/** `37 of 120 agents done, 2 failed`. */
export function describeProgress(counts: StatusCounts): string {
  const total = totalCount(counts);
  if (total === 0) return 'No agents yet';
  const exceptions = [
    counts.failed > 0 ? `${counts.failed} failed` : null,
    counts.skipped > 0 ? `${counts.skipped} skipped` : null,
    counts.cancelled > 0 ? `${counts.cancelled} cancelled` : null,
  ].filter((part) => part !== null);
  // A cancelled agent has ended and is not done.
  const done = doneCount(counts) - counts.cancelled;
  return [`${done} of ${plural(total, 'agent')} done`, ...exceptions].join(', ');
}

/** Dollars beside the word "Cost", where `cost unknown` would say it twice. */
export function describeCost(usd: number | null): string {
  return usd === null ? 'unknown' : formatUsd(usd);
}

/** `in 1.2M · out 40k · cached 800k`; three noughts would be noise. */
export function describeTokens(usage: TokenUsage): string {
  if (usage.inputTokens + usage.outputTokens + usage.cacheReadTokens === 0) return 'no tokens';
  return [
    `in ${formatCount(usage.inputTokens)}`,
    `out ${formatCount(usage.outputTokens)}`,
    `cached ${formatCount(usage.cacheReadTokens)}`,
  ].join(' · ');
}

/** `200 agents · 16 at once · 2.0M tokens · $5.00 · 30 min`; limits that are not set are left out. */
export function describeLimits(limits: RunLimits): string {
  return [
    plural(limits.maxAgents, 'agent'),
    `${limits.concurrency} at once`,
    limits.maxTokens === null ? null : `${formatCount(limits.maxTokens)} tokens`,
    limits.maxUsd === null ? null : formatUsd(limits.maxUsd),
    `${limits.maxMinutes} min`,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

/** `passed, 24 tests, no sandbox`: what came out of the command, without the command itself. */
export function describeReceipt(receipt: Receipt): string {
  return [
    describeOutcome(receipt),
    describeTests(receipt),
    describeRegressions(receipt),
    receipt.required ? null : 'not required',
    receipt.sandbox === 'none' ? 'no sandbox' : `sandbox ${receipt.sandbox}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** `12 files, 31 hunks, 4 groups, 9 pending`. */
export function describeProposals(counts: z.infer<typeof ProposalCounts>): string {
  if (counts.files + counts.conflicts === 0) return 'No changes proposed';
  return [
    plural(counts.files, 'file'),
    plural(counts.hunks, 'hunk'),
    plural(counts.groups, 'group'),
    `${counts.pending} pending`,
    counts.conflicts > 0 ? plural(counts.conflicts, 'conflict') : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** What most of the failed agents failed of, or null when no two failed alike. */
export function commonCause(failures: RunSummary['failures']): string | null {
  const counts = new Map<string, number>();
  for (const { message } of failures) counts.set(message, (counts.get(message) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most === undefined || most[1] < 2 ? null : most[0];
}

function describeOutcome(receipt: Receipt): string {
  if (receipt.ok) return 'passed';
  if (receipt.timedOut) return 'timed out';
  if (receipt.stopped !== undefined) return `stopped: ${receipt.stopped}`;
  const { doubts = [], regressions } = receipt;
  if (doubts.length > 0 && regressions.length === 0) return `proves nothing: ${doubts.join('; ')}`;
  // A suite that drops a test ends with 0 all the same.
  if (receipt.exitCode === null || receipt.exitCode === 0) return 'failed';
  return `failed with exit code ${receipt.exitCode}`;
}

function describeRegressions({ regressions, vanished = [] }: Receipt): string | null {
  if (regressions.length === 0) return null;
  const gone = vanished.length === 0 ? '' : ` (${vanished.length} did not run)`;
  return `${plural(regressions.length, 'regression')}${gone}`;
}

function describeTests({ tests }: Receipt): string | null {
  if (tests === null) return null;
  const total = tests.passed + tests.failed + tests.skipped;
  const skipped = tests.skipped === 0 ? '' : `, ${tests.skipped} skipped`;
  return tests.failed === 0
    ? `${plural(total, 'test')}${skipped}`
    : `${tests.failed} of ${plural(total, 'test')} failed${skipped}`;
}
