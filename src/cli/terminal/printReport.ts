import { formatUsd, plural } from '../../base/format.ts';
import { receiptLine } from '../../core/evidence/receiptLine.ts';
import { STALE_WORDS } from '../../protocol/view/staleWords.ts';
import { hasNoChange } from '../../protocol/view/noChange.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { countStatuses, isStale } from '../../protocol/view/summarizeRun.ts';
import { verdictTouched } from '../../protocol/view/touchedWords.ts';
import { printLine, type OutputStream } from '../cliContext.ts';

/** What came of a run, in a few lines, and what to do next. */
export function printReport(out: OutputStream, view: RunView, directory: string): void {
  const counts = countStatuses(view.agents);
  const { proposals, verdict, usd } = view;
  const idle = view.agents.filter(hasNoChange).length;
  printLine(out, '');
  printLine(out, `Run ${view.runId} ${view.state}${suffix(view.stateMessage)}`);
  if (view.error !== null) printLine(out, `  error: ${view.error.message}`);
  printLine(
    out,
    `  agents: ${counts.ok} ok, ${counts.failed} failed, ${counts.cancelled} cancelled${idle === 0 ? '' : `; ${idle} with no change`}`,
  );
  const { files, hunks, groups, conflicts } = proposals;
  const kept = conflicts === 0 ? '' : `, ${plural(conflicts, 'conflict')}`;
  printLine(
    out,
    `  proposals: ${plural(files, 'file')}, ${plural(hunks, 'hunk')} in ${plural(groups, 'group')}${kept}`,
  );
  const touched = verdictTouched(view.verifications.flatMap(({ receipt }) => receipt ?? []));
  printLine(out, `  verdict: ${verdict}${touched === null ? '' : `; ${touched}`}`);
  for (const { receipt } of view.verifications) {
    if (receipt === null) continue;
    const stale = isStale(receipt, view) ? `; ${STALE_WORDS}` : '';
    printLine(out, `    ${receiptLine(receipt)}${stale}`);
  }
  printLine(
    out,
    `  cost: ${view.provider === 'offline' ? 'none (offline, no AI)' : formatUsd(usd)}`,
  );
  printLine(out, `  report: ${directory}/report.md`);
  if (files === 0) return;
  printLine(out, '');
  printLine(out, 'Nothing in your workspace has changed. Next:');
  printLine(out, `  muster proposals ${view.runId} --patch    see the changes`);
  printLine(
    out,
    `  muster accept ${view.runId} --all         apply them (or --group, --file, --hunk)`,
  );
}

function suffix(message: string | null): string {
  return message === null ? '' : `: ${message}`;
}
