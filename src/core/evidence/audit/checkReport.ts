import { readReportHead } from '../runReport/reportHead.ts';
import type { Findings } from './auditFinding.ts';
import type { AuditedEntry } from './auditJournal.ts';
import type { Chain } from './chainLines.ts';
import type { RunFolder } from './runFolder.ts';

const REPORT_FILE = 'report.md';

/**
 * Holds the head that the report names against the chain; resolves with the number of its entry. The report
 * lies in the same folder, so this shows damage; a copy of it that was kept elsewhere is what proves.
 */
export async function checkReport(
  folder: RunFolder,
  run: { readonly chain: Chain; readonly entries: readonly AuditedEntry[] },
  findings: Findings,
): Promise<number | null> {
  // The report of a live run is that of the session before.
  if (folder.isLive || !folder.files.has(REPORT_FILE)) return null;
  const named = readReportHead(new TextDecoder().decode(await folder.read(REPORT_FILE)));
  if (named === null) return null;
  const { chain, entries } = run;
  const line = chain.lines.find(({ hash }) => hash === named.head);
  if (line?.seq !== named.seq) {
    const message = `It names ${named.head} as entry ${named.seq}, and the journal has no such entry: one of the two is not what it was.`;
    findings.broken(REPORT_FILE, message);
    return null;
  }
  noteAge(entries, named.seq, findings);
  return named.seq;
}

/** A session that was cut off leaves the report of the one before. */
function noteAge(entries: readonly AuditedEntry[], seq: number, findings: Findings): void {
  const later = entries.findLast(({ event }) => event.type === 'run.ended')?.event.seq ?? 0;
  const isResumed = entries.some(({ event }) => event.type === 'run.resumed' && event.seq > seq);
  if (later <= seq && !isResumed) return;
  findings.note(REPORT_FILE, `It covers the run up to entry ${seq}; the run continued after that.`);
}
