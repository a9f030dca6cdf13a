/** The last line of a report: the journal's head, for whoever keeps the report elsewhere. */

export interface ReportHead {
  readonly seq: number;
  readonly head: string;
}

const HEAD_LINE = /^Journal head: `([0-9a-f]{64})` \(entry ([1-9]\d{0,14})\)$/u;

/** The section "Journal"; it must stay the report's last, because only the very last line counts. */
export function describeHead(journalHead: ReportHead | null): string {
  if (journalHead === null) return '';
  const { head, seq } = journalHead;
  return `## Journal\n\nJournal head: \`${head}\` (entry ${seq})`;
}

/** The head that a report names in its last line; null where it names none, as in older versions. */
export function readReportHead(report: string): ReportHead | null {
  const match = HEAD_LINE.exec(report.trimEnd().split('\n').at(-1) ?? '');
  const [, head, seq] = match ?? [];
  return head === undefined || seq === undefined ? null : { head, seq: Number(seq) };
}
