'use strict';
// Mocha's spec reporter, which also writes the counts, and what failed, to the file that
// MUSTER_TEST_COUNTS names.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

// Time for a process to end by itself once its tests are over.
const lingerMs = 10_000;
// Of an error's message, in characters.
const lineLength = 160;

class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => failures.push(said(test, error)));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures: failed, pending } = runner.stats;
      const counts = { passed: passes, failed, skipped: pending, failures };
      write(counts);
      // Does not keep the process alive; fires only when something else does.
      setTimeout(() => failForLingering(counts), lingerMs).unref();
    });
  }
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
