import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import Mocha from 'mocha';

const testDeadlineMs = 60_000;

/** Runs mocha suites inside an extension host, prints them and writes their counts to a file. */
export async function runMochaInEditor(loadSuites: () => void): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: testDeadlineMs, reporter: MarkedLinesReporter });
  const grep = process.env['MUSTER_TEST_GREP'];
  if (grep) mocha.grep(grep);
  mocha.suite.emit('pre-require', globalThis, 'bundle', mocha);
  loadSuites();
  const counts = await new Promise<TestCounts>((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, skipped: pending });
    });
  });
  const countsFile = process.env['MUSTER_TEST_COUNTS'];
  if (countsFile) writeFileSync(countsFile, JSON.stringify(counts));
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed`);
}

interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

// Prints one marked line an event, so that the driver can tell them from what the window prints.
class MarkedLinesReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('suite', (suite) => print(suite, suite.title));
    runner.on('pass', (test) => print(test, `  ✔ ${test.title} (${String(test.duration)} ms)`));
    runner.on('pending', (test) => print(test, `  - ${test.title}`));
    runner.on('fail', (test, error) => print(test, `  ✘ ${test.title}\n${inspect(error)}`));
  }
}

function print(place: { titlePath(): string[] }, line: string): void {
  const indent = '  '.repeat(place.titlePath().length);
  // eslint-disable-next-line no-console -- The console is the only way out of an extension host.
  console.log(`MUSTER_TEST ${indent}${line}`);
}
