import { formatDuration, plural } from '../../base/format.ts';
import { touchedWords } from '../../protocol/view/touchedWords.ts';
import { visibleText } from '../../base/visibleText.ts';
import { lastLinesOf } from '../../protocol/view/lastLines.ts';
import type { Receipt } from '../../protocol/receipt.ts';

/** One line: the command, what came of it, its tests, its comparison with the snapshot, its sandbox. */
export function receiptLine(receipt: Receipt): string {
  const { command, tests, durationMs, sandbox } = receipt;
  const counts =
    tests === null
      ? 'no test report'
      : `${tests.passed} tests passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  const touched = touchedWords(receipt);
  const facts = [
    receiptResult(receipt),
    counts,
    ...comparison(receipt),
    ...(touched === null ? [] : [touched]),
    formatDuration(durationMs),
  ];
  return `${command}: ${facts.join('; ')}; sandbox: ${sandbox}`;
}

/** What came of the command: passed, failed, or ended without a failure that shows nothing. */
export function receiptResult(receipt: Receipt): string {
  const { ok, exitCode, doubts = [], regressions } = receipt;
  if (ok) return 'passed';
  if (doubts.length > 0 && regressions.length === 0) return `proves nothing: ${doubts.join('; ')}`;
  return `failed (${whyCut(receipt) ?? (exitCode === null ? 'ended by a signal' : `exit code ${exitCode}`)})`;
}

/** Why it did not come to an end of its own; null where it did. */
function whyCut({ timedOut, stopped }: Receipt): string | null {
  if (timedOut) return 'ran out of time';
  return stopped === undefined ? null : `stopped: ${stopped}`;
}

function comparison(receipt: Receipt): readonly string[] {
  const { baseline, regressions, vanished = [], fixed } = receipt;
  if (baseline === undefined) return [];
  if (baseline.problem !== null) return [`not compared with the snapshot: ${baseline.problem}`];
  const gone = vanished.length === 0 ? '' : ` (${vanished.length} did not run)`;
  return [
    `${plural(regressions.length, 'regression')}${gone} and ${fixed.length} fixed since the snapshot`,
  ];
}

/** Names of tests that are shown below a receipt; its log has them all. */
const MAX_TEST_NAMES = 10;

/** What failed and the last lines of a command that did not pass; nothing where it passed. */
export function receiptDetails(receipt: Receipt): readonly string[] {
  const { ok, regressions, failedTests, output } = receipt;
  if (ok) return [];
  const names = [...new Set([...regressions.slice(0, 100), ...failedTests.slice(0, 100)])];
  const total = Math.max(names.length, failedTests.length, regressions.length);
  const hidden = total - Math.min(names.length, MAX_TEST_NAMES);
  return [
    ...names.slice(0, MAX_TEST_NAMES).map((name) => `✗ ${visibleText(name)}`),
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
    ...lastLinesOf(output).map((line) => `| ${line}`),
  ];
}
