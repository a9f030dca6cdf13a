import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { currentNode, rootDir } from '../bootstrap/run.mjs';

// Programs get this long to end by themselves before they are killed.
const graceMs = 3_000;
const running = new Map();

/**
 * Runs Node on a script in a process group of its own, which is killed at the limit, and answers with
 * all that it printed.
 */
export function runCommand(nodeArguments, { name, limitMs, logFile, env }) {
  // A file keeps the order of both streams, and nobody waits for a grandchild that holds a pipe.
  const log = openSync(logFile, 'a');
  const child = spawn(currentNode(), nodeArguments, {
    cwd: rootDir,
    env: { ...testEnvironment(), ...env },
    stdio: ['ignore', log, log],
    detached: process.platform !== 'win32',
  });
  closeSync(log);
  running.set(child, { name, logFile });
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
      running.delete(child);
      resolve({ problem, output: readFileSync(logFile, 'utf8') });
    };
    child.once('error', (error) => settle(`it did not start: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (isLate) settle(`it was killed at its limit of ${limitMs / 60_000} minutes`);
      else settle(code === 0 ? undefined : `it ended with ${code ?? signal}`);
    });
  });
}

/** From now on a signal that ends this process ends all commands first, and shows what they printed. */
export function endCommandsOnSignal() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      for (const [child, { name, logFile }] of running) {
        killGroup(child, 'SIGKILL');
        process.stdout.write(`\n== ${name}, broken off\n${readFileSync(logFile, 'utf8')}`);
      }
      process.exit(signal === 'SIGINT' ? 130 : 143);
    });
  }
}

function killGroup(child, signal) {
  // A child that did not start has no number.
  if (child.pid === undefined) return;
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
    // What one process has compiled, the next ones only read. Node knows each file there by its content.
    NODE_COMPILE_CACHE: path.join(rootDir, 'out/compile-cache'),
  };
}
