import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { rootDir } from '../bootstrap/run.mjs';
import { runCommand } from './runCommand.mjs';

// A package.json without a type says CommonJS, as the bundles in dist need it; Node finds out that the
// tests are modules, and would say so for each file.
const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
const reporter = path.join(rootDir, 'scripts/testLevels/countingReporter.cjs');

/** Runs one job in a process of its own; answers with its counts and with all that it printed. */
export async function runJob(job) {
  const startedMs = performance.now();
  const directory = mkdtempSync(path.join(os.tmpdir(), 'muster-level-'));
  try {
    const countsFile = path.join(directory, 'counts.json');
    const { problem, output } = await runCommand(commandOf(job), {
      name: job.title,
      limitMs: job.level.limitMs,
      logFile: path.join(directory, 'output.log'),
      env: { MUSTER_TEST_COUNTS: countsFile, ...environmentOf(job) },
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const isCheck = job.level.type === 'check';
    const judged = isCheck ? judgeCheck(problem) : judge(countsFile, problem);
    return { job, ...judged, seconds, output };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function commandOf({ level, files }) {
  if (level.type === 'check') return level.command;
  if (level.type === 'script') return [quiet, level.script];
  return [
    quiet,
    'node_modules/mocha/bin/mocha.js',
    '--reporter',
    reporter,
    '--timeout',
    String(level.testLimitMs),
    ...files,
  ];
}

// The package that this run has made, so that none of its test files has to make one.
function environmentOf({ level }) {
  if (!level.needs.includes('package')) return {};
  return { MUSTER_TEST_VSIX: path.join(rootDir, 'out/muster.vsix') };
}

function judgeCheck(problem) {
  const isOk = problem === undefined;
  return { counts: { passed: isOk ? 1 : 0, failed: isOk ? 0 : 1, skipped: 0 }, problem };
}

// A job that broke off, or that found no tests in its files, must never look like a good one.
function judge(countsFile, problem) {
  if (!existsSync(countsFile)) {
    return {
      counts: { passed: 0, failed: 1, skipped: 0 },
      problem: problem ?? 'it ended without saying what passed',
    };
  }
  const { problem: said, ...counts } = JSON.parse(readFileSync(countsFile, 'utf8'));
  if (counts.failed > 0) return { counts, problem: said };
  if (problem !== undefined) return { counts: { ...counts, failed: 1 }, problem };
  if (counts.passed + counts.skipped === 0) {
    return { counts: { ...counts, failed: 1 }, problem: 'its files hold no tests' };
  }
  return { counts, problem: undefined };
}
