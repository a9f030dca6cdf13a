import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { currentNode, rootDir } from '../bootstrap/run.mjs';

// Programs get this long to end by themselves before they are killed.
const graceMs = 3_000;
const reporter = path.join(rootDir, 'scripts/testLevels/countingReporter.cjs');

/** Runs one level and returns its counts; undefined where there is nothing to run yet. */
export async function runLevel(level) {
  const files = level.sources === undefined ? undefined : filesOf(level);
  if (files?.length === 0) return undefined;
  console.log(`\n== ${level.name}`);
  const startedMs = performance.now();
  const { counts, problem } = await countsOf(level, files);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  return { name: level.name, counts, problem, seconds };
}

function filesOf({ type, sources }) {
  const place = path.join(rootDir, sources);
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [sources];
  const pattern = type === 'check' ? /\.tsx?$/ : /\.test\.tsx?$/;
  const names = readdirSync(place, { recursive: true }).filter((name) => pattern.test(name));
  return names.map((name) => path.join(sources, name)).sort();
}

async function countsOf(level, files) {
  if (level.type === 'check') {
    const { problem } = await runCommand(level.command, level.limitMs, {});
    const isOk = problem === undefined;
    return { counts: { passed: isOk ? 1 : 0, failed: isOk ? 0 : 1, skipped: 0 }, problem };
  }
  const temporaryDir = mkdtempSync(path.join(os.tmpdir(), 'muster-level-'));
  try {
    const countsFile = path.join(temporaryDir, 'counts.json');
    const command = level.type === 'mocha' ? mochaCommand(level, files) : scriptCommand(level);
    const ended = await runCommand(command, level.limitMs, { MUSTER_TEST_COUNTS: countsFile });
    return judge(countsFile, ended.problem);
  } finally {
    rmSync(temporaryDir, { recursive: true, force: true });
  }
}

function mochaCommand(level, files) {
  const options = ['--import=tsx', '--reporter', reporter, '--timeout', String(level.testLimitMs)];
  return ['node_modules/mocha/bin/mocha.js', ...options, ...files];
}

function scriptCommand(level) {
  return ['--import=tsx', level.script];
}

// A level that broke off, or that found no tests in its files, must never look like a good one.
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

/** Runs Node on a script in a process group of its own, which is killed at the limit. */
function runCommand(nodeArguments, limitMs, env) {
  const child = spawn(currentNode(), nodeArguments, {
    cwd: rootDir,
    env: { ...testEnvironment(), ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  });
  const onSignal = (signal) => {
    killGroup(child, 'SIGKILL');
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  let isLate = false;
  let killTimer;
  const limitTimer = setTimeout(() => {
    isLate = true;
    killGroup(child, 'SIGTERM');
    killTimer = setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
  }, limitMs);
  return new Promise((resolve) => {
    const settle = (problem) => {
      clearTimeout(limitTimer);
      clearTimeout(killTimer);
      killGroup(child, 'SIGKILL');
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, onSignal);
      resolve({ problem });
    };
    child.once('error', (error) => settle(`it did not start: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (isLate) settle(`it was killed at its limit of ${limitMs / 60_000} minutes`);
      else settle(code === 0 ? undefined : `it ended with ${code ?? signal}`);
    });
  });
}

function killGroup(child, signal) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // Nothing of the group is left, which is what was wanted.
  }
}

// Tests must never reach a real model or be steered by the settings of the machine.
function testEnvironment() {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(ANTHROPIC_|NODE_OPTIONS$|NODE_ENV$|GIT_(DIR|WORK_TREE|INDEX_FILE)$)/.test(name),
  );
  const binDir = path.join(rootDir, 'node_modules/.bin');
  return {
    ...Object.fromEntries(own),
    PATH: `${binDir}${path.delimiter}${process.env.PATH ?? ''}`,
  };
}
