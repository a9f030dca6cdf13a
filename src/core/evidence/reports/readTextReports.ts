import { readJestReport } from './readJestReport.ts';
import { readMochaReport } from './readMochaReport.ts';
import { readNodeReport } from './readNodeReport.ts';
import { readPytestReport } from './readPytestReport.ts';
import { readVitestReport } from './readVitestReport.ts';
import type { Reading } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';

const READERS = [
  readNodeReport,
  readMochaReport,
  readJestReport,
  readVitestReport,
  readPytestReport,
];

/** Reads what test runners print for people; null where none of them finished a run. */
export function readTextReports(lines: readonly ReportLine[]): readonly Reading[] {
  return READERS.flatMap((read) => read(lines) ?? []);
}
