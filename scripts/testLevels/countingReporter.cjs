'use strict';
// Mocha's spec reporter, which also writes the counts, what failed, and how long files and tests took
// to the file that MUSTER_TEST_COUNTS names.
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { reporters, Runner } = require('mocha');

// Time for a process to end by itself once its tests are over.
const lingerMs = 10_000;
// Of an error's message, in characters.
const lineLength = 160;
// Tests that may be among the slowest of all.
const slowTests = 10;

class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { constants } = Runner;
    const failures = [];
    const tests = [];
    const files = timeFiles(runner);
    runner.on(constants.EVENT_TEST_FAIL, (test, error) => failures.push(said(test, error)));
    runner.on(constants.EVENT_TEST_END, (test) => {
      tests.push({ title: test.fullTitle(), seconds: (test.duration ?? 0) / 1000 });
    });
    runner.once(constants.EVENT_RUN_END, () => {
      const { passes, failures: failed, pending } = runner.stats;
      const slowest = tests.sort((a, b) => b.seconds - a.seconds).slice(0, slowTests);
      const counts = { passed: passes, failed, skipped: pending, failures, files, tests: slowest };
      write(counts);
      // Does not keep the process alive; fires only when something else does.
      setTimeout(() => failForLingering(counts), lingerMs).unref();
    });
  }
}

/** Seconds of each file, the hooks of its suites included. */
function timeFiles(runner) {
  const seconds = {};
  let startedMs = 0;
  const isOutermost = (suite) => suite.parent?.root === true;
  runner.on(Runner.constants.EVENT_SUITE_BEGIN, (suite) => {
    if (isOutermost(suite)) startedMs = performance.now();
  });
  runner.on(Runner.constants.EVENT_SUITE_END, (suite) => {
    if (!isOutermost(suite) || suite.file === undefined) return;
    const file = path.relative(process.cwd(), suite.file).replaceAll('\\', '/');
    seconds[file] = (seconds[file] ?? 0) + (performance.now() - startedMs) / 1000;
  });
  return seconds;
}

// One line for the summary: a log of which only the end is kept must still say what failed.
function said(test, error) {
  const [message] = String(error?.message ?? error).split('\n');
  return `${test.fullTitle()}: ${message.slice(0, lineLength)}`;
}

function write(counts) {
  const file = process.env.MUSTER_TEST_COUNTS;
  if (file) writeFileSync(file, JSON.stringify(counts));
}

function failForLingering(counts) {
  const resources = process.getActiveResourcesInfo().join(', ');
  const problem = `its tests were over, but the process did not end; still open: ${resources}`;
  process.stderr.write(`\n${problem}\n`);
  // Mocha replaces our exit code by its own count of failures, so the file has to say it.
  write({ ...counts, failed: counts.failed + 1, problem });
  process.exit(1);
}

module.exports = CountingReporter;
