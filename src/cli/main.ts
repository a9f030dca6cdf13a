/** Entry of the command line. */
import '../host/adapters/limitYoungHeap.ts';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText } from '../base/errorText.ts';
import { EXIT } from './exitCodes.ts';
import { nodeProblem } from './nodeVersion.ts';
import { runProgram } from './program.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// Whoever reads the output may stop reading, as `head` does; the command goes on all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const problem = nodeProblem(process.versions.node);
if (problem === null) start();
else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = EXIT.usage;
}

function start(): void {
  runProgram(
    {
      env: process.env,
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      distDirectory: dirname(fileURLToPath(import.meta.url)),
      onInterrupt: (callback) => {
        // A CI that cancels a job sends SIGTERM; it must not leave commands behind either.
        for (const signal of SIGNALS) process.on(signal, callback);
        return {
          dispose: () => {
            for (const signal of SIGNALS) process.off(signal, callback);
          },
        };
      },
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
