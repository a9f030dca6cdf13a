import { readJestReport } from './readJestReport.ts';
import { readMochaReport } from './readMochaReport.ts';
import { readNodeReport } from './readNodeReport.ts';
import { readPytestReport } from './readPytestReport.ts';
import { readVitestReport } from './readVitestReport.ts';
import type { Reading } from './reportDraft.ts';
import { reportLines } from './reportLines.ts';

const READERS = [
  readNodeReport,
  readMochaReport,
  readJestReport,
  readVitestReport,
  readPytestReport,
];

/** Reads what test runners print for people; null where none of them finished a run. */
export function readTextReports(output: string): readonly Reading[] {
  const lines = reportLines(output);
  return READERS.flatMap((read) => read(lines) ?? []);
}
