import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText } from '../base/errorText.ts';
import { EXIT } from './exitCodes.ts';
import { runProgram } from './program.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Carries out what this process was started for. */
export function startCli(): void {
  // Whoever reads the output may stop reading, as `head` does; the command goes on all the same.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  runProgram(
    {
      env: process.env,
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      distDirectory: dirname(fileURLToPath(import.meta.url)),
      onInterrupt: listenForInterrupts,
    },
    process.argv.slice(2),
  ).then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error: unknown) => {
      process.stderr.write(`${errorText(error)}\n`);
      process.exitCode = EXIT.failed;
    },
  );
}

// A CI that cancels a job sends SIGTERM; it must not leave commands behind either.
function listenForInterrupts(callback: () => void): { dispose(): void } {
  for (const signal of SIGNALS) process.on(signal, callback);
  return {
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, callback);
    },
  };
}
