import { formatDuration, plural } from '../../base/format.ts';
import type { Receipt, Verdict } from '../../protocol/receipt.ts';
import { STALE_WORDS } from '../../protocol/view/staleWords.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { lastLinesOf } from '../../protocol/view/lastLines.ts';
import { isStale } from '../../protocol/view/summarizeRun.ts';
import { verdictTouched } from '../../protocol/view/touchedWords.ts';
import { code } from './runReport/markdown.ts';
import { receiptResult } from './receiptLine.ts';

/** Names of failed tests that a receipt shows here; its log has them all. */
const MAX_TEST_NAMES = 10;

const VERDICTS: Readonly<Record<Verdict, string>> = {
  passed: 'every required command passed on the proposed tree',
  failed: 'a required command failed on the proposed tree',
  unverified: 'the proposed tree has not passed every required command',
};

/** The verdict and what it rests on. */
export function describeReceipts(view: RunView): string {
  const receipts = view.verifications.flatMap((item) => item.receipt ?? []);
  const touched = verdictTouched(receipts);
  const note = touched === null ? '' : ` ${touched[0]?.toUpperCase() ?? ''}${touched.slice(1)}.`;
  const lines = ['## Verdict', '', `**${view.verdict}**: ${VERDICTS[view.verdict]}.${note}`];
  if (receipts.length === 0) return [...lines, '', 'No commands ran.'].join('\n');
  return [...lines, '', ...receipts.flatMap((receipt) => describe(receipt, view))].join('\n');
}

function describe(receipt: Receipt, view: RunView): string[] {
  const facts = [
    receiptResult(receipt),
    formatDuration(receipt.durationMs),
    ...(receipt.tests === null ? [] : [testText(receipt.tests)]),
    `sandbox: ${receipt.sandbox}`,
    ...(receipt.required ? [] : ['not required']),
    ...(isStale(receipt, view) ? [STALE_WORDS] : []),
  ];
  const place = receipt.cwd === '' ? '' : ` in ${code(receipt.cwd)}`;
  return [
    `- ${code(receipt.command)}${place}: ${facts.join(', ')}`,
    `  - tree \`${receipt.treeHash}\`, log \`${receipt.logPath}\``,
    ...names('failed', receipt.failedTests),
    ...names('passed before, not now', receipt.regressions),
    ...names('did not run, passed before', receipt.vanished ?? []),
    ...touchedNames(receipt),
    ...lastLines(receipt),
    ...names('fixed', receipt.fixed),
  ];
}

function testText(tests: NonNullable<Receipt['tests']>): string {
  const { passed, failed, skipped } = tests;
  return `${plural(passed + failed + skipped, 'test')}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function names(title: string, tests: readonly string[]): string[] {
  if (tests.length === 0) return [];
  const shown = tests.slice(0, MAX_TEST_NAMES).map((name) => code(name));
  const more = tests.length > MAX_TEST_NAMES ? ` and ${tests.length - MAX_TEST_NAMES} more` : '';
  return [`  - ${title}: ${shown.join(', ')}${more}`];
}

/** The end of what a command printed that did not pass, as a code block that nothing in it can end. */
function lastLines({ ok, output }: Receipt): string[] {
  const lines = lastLinesOf(output);
  if (ok || lines.length === 0) return [];
  return ['  - its last lines:', '', ...lines.map((line) => `        ${line}`), ''];
}

function touchedNames({ touched }: Receipt): string[] {
  if (touched === undefined) return [];
  const shown = touched.named.slice(0, MAX_TEST_NAMES);
  const hidden = touched.tests + touched.configurations - shown.length;
  return [
    ...shown.map(({ path, kind, how, weakened }) => {
      const why = weakened === undefined ? '' : `: ${weakened}`;
      return `  - ${kind === 'test' ? 'test file' : 'test configuration'} ${how} by this run: ${code(path)}${why}`;
    }),
    ...(hidden > 0 ? [`  - and ${hidden} more`] : []),
  ];
}
