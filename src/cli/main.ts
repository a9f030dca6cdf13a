/** Entry of the command line. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText } from '../base/errorText.ts';
import { EXIT } from './exitCodes.ts';
import { runProgram } from './program.ts';

runProgram(
  {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    distDirectory: dirname(fileURLToPath(import.meta.url)),
    onInterrupt: (callback) => {
      process.on('SIGINT', callback);
      return { dispose: () => process.off('SIGINT', callback) };
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
