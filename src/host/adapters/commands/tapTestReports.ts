import { Parser } from 'tap-parser';
import type { Result } from 'tap-parser';
import { readSpecReport } from '../../../core/evidence/readSpecReport.ts';
import { reportOf } from '../../../core/evidence/reportOf.ts';
import type { TestReport, TestReports } from '../../../core/ports/testReports.ts';
import type { TestResult } from '../../../protocol/receipt.ts';

/** Understands TAP and what node's own test runner prints for people. */
export const tapTestReports: TestReports = {
  parse: (output, format) => Promise.resolve(parseTestReport(output, format)),
};

/** Null when the output holds no report that is understood. */
export function parseTestReport(
  output: string,
  format: 'auto' | 'tap' | 'junit' | 'json' | 'none',
): TestReport | null {
  if (format === 'tap') return readTapReport(output);
  if (format !== 'auto') return null;
  return readTapReport(output) ?? readSpecReport(output);
}

function readTapReport(output: string): TestReport | null {
  if (!/^\s*(?:not )?ok\b/mu.test(output)) return null;
  const results: TestResult[] = [];
  const parser = new Parser();
  collect(parser, results);
  parser.end(output);
  return results.length === 0 ? null : reportOf(results);
}

/** Only what has no tests inside counts: a file or a suite is reported beside the tests that it holds. */
function collect(parser: Parser, results: TestResult[]): void {
  parser.on('assert', (result: Result) => {
    if (!result.closingTestPoint)
      results.push({ name: result.fullname, outcome: outcomeOf(result) });
  });
  parser.on('child', (child: Parser) => collect(child, results));
}

function outcomeOf(result: Result): TestResult['outcome'] {
  if (result.skip !== false || result.todo !== false) return 'skipped';
  return result.ok ? 'passed' : 'failed';
}
