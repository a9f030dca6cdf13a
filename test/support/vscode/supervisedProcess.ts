import { spawn } from 'node:child_process';
import path from 'node:path';
import { nodeExecutable } from './paths.ts';

const keptOutputCharacters = 20_000;

/** A running command that ends with this process, even when this process is killed. */
export interface SupervisedProcess {
  /** The last output of the command, for error messages. */
  readonly output: () => string;
  /** Resolves when the pattern has appeared in the output; rejects at the deadline or the end. */
  waitForOutput(pattern: RegExp, deadlineMs: number): Promise<RegExpExecArray>;
  /** Ends the command and all that it started. */
  dispose(): Promise<void>;
}

/** Starts a command under the supervisor, which owns its process group. */
export function startSupervised(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): SupervisedProcess {
  const supervisor = path.join(import.meta.dirname, 'supervise.mjs');
  const child = spawn(nodeExecutable, [supervisor, ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const listeners = new Set<() => void>();
  let output = '';
  let ended = false;
  const notify = () => {
    for (const listener of listeners) listener();
  };
  const collect = (chunk: string) => {
    output = (output + chunk).slice(-keptOutputCharacters);
    notify();
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  // The supervisor may end before the pipe is closed; its exit code tells all we need.
  child.stdin.on('error', () => undefined);
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended = true;
      notify();
      resolve();
    });
  });

  return {
    output: () => output,
    waitForOutput: (pattern, deadlineMs) =>
      waitFor({ listeners, pattern, deadlineMs, output: () => output, ended: () => ended }),
    dispose: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

interface OutputWait {
  readonly listeners: Set<() => void>;
  readonly pattern: RegExp;
  readonly deadlineMs: number;
  readonly output: () => string;
  readonly ended: () => boolean;
}

function waitFor(wait: OutputWait): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      clearTimeout(timer);
      wait.listeners.delete(check);
      action();
    };
    const fail = (reason: string) =>
      settle(() =>
        reject(new Error(`Waiting for ${String(wait.pattern)}: ${reason}\n${wait.output()}`)),
      );
    const check = () => {
      const match = wait.pattern.exec(wait.output());
      if (match) settle(() => resolve(match));
      else if (wait.ended()) fail('the process ended. Its output:');
    };
    const timer = setTimeout(
      () => fail(`nothing in ${wait.deadlineMs} ms. Its output:`),
      wait.deadlineMs,
    );
    wait.listeners.add(check);
    check();
  });
}
