import { joinWithDocument } from '../../../../core/evidence/reports/joinReadings.ts';
import { readJsonReport } from '../../../../core/evidence/reports/readJsonReport.ts';
import { readTapReport, readTapTotal } from '../../../../core/evidence/reports/readTapReport.ts';
import { readTextReports } from '../../../../core/evidence/reports/readTextReports.ts';
import { isCutOutput, reportLines } from '../../../../core/evidence/reports/reportLines.ts';
import type { Reading } from '../../../../core/evidence/reports/reportDraft.ts';
import type { TestReport, TestReports } from '../../../../core/ports/testReports.ts';
import { readJunitReport } from './readJunitReport.ts';
import { namedReports } from './namedReports.ts';
import { markReportFiles, writtenReports } from './reportFiles.ts';

/** More than an output can hold, and as much as a report file may: larger ones are not read. */
const MAX_REPORT_CHARS = 32 * 1024 * 1024;

/** Where a report's command ran, and what it wrote for machines to read. */
export interface ReportPlace {
  /** Names of files become relative to it, and so the same in each run. */
  readonly directory?: string;
  /** Texts of the report files that the command wrote, the best format first. */
  readonly files?: readonly string[];
}

/** Understands TAP, JUnit XML, JSON of jest, vitest and mocha, and what test runners print for people. */
export const commandTestReports: TestReports = {
  async watch(place, run) {
    const { directory, format } = place;
    const marks = await markReportFiles(directory, await namedReports(place));
    const result = await run();
    const files = await writtenReports(directory, marks);
    return { result, report: parseTestReport(result.output, format, { directory, files }) };
  },
};

/** Null when neither the output nor a file holds a report that is understood. */
export function parseTestReport(
  output: string,
  format: 'auto' | 'tap' | 'junit' | 'json' | 'none',
  place: ReportPlace = {},
): TestReport | null {
  if (format === 'none' || output.length > MAX_REPORT_CHARS) return null;
  const lines = reportLines(output);
  if (format === 'tap') return (readTapReport(lines) ?? readTapTotal(lines))?.report ?? null;
  const printedText = { output, isCut: isCutOutput(lines) };
  if (format !== 'auto') return readDocument(printedText, format, place)?.report ?? null;
  const printed = [readTapReport(lines), ...readTextReports(lines)].filter(
    (reading) => reading !== null,
  );
  const document =
    readDocument(printedText, 'json', place) ?? readDocument(printedText, 'junit', place);
  return joinWithDocument(printed, document) ?? readTapTotal(lines)?.report ?? null;
}

interface PrintedText {
  readonly output: string;
  /** The middle of it is missing. */
  readonly isCut: boolean;
}

/** What the command wrote into a file is nothing that a test could have printed: it goes first. */
function readDocument(
  { output, isCut }: PrintedText,
  format: 'junit' | 'json',
  { files = [], directory }: ReportPlace,
): Reading | null {
  // A document with a part left out may still be well-formed.
  for (const text of isCut ? files : [...files, output]) {
    if (text.length > MAX_REPORT_CHARS) continue;
    const reading = format === 'json' ? readJsonReport(text, directory) : readJunitReport(text);
    if (reading !== null) return reading;
  }
  return null;
}
