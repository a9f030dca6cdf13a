import { spawn } from 'node:child_process';

/** A command that is expected to end well and soon. */
export interface CommandToRun {
  readonly command: readonly string[];
  readonly deadlineMs: number;
  readonly cwd?: string | undefined;
}

/** Runs a command and returns its output; rejects with the output when it fails or takes too long. */
export function runToEnd({ command, deadlineMs, cwd }: CommandToRun): Promise<string> {
  const [program = '', ...programArguments] = command;
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (chunk: string) => (output += chunk);
    const child = spawn(program, programArguments, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(new Error(`${command.join(' ')} ended with ${String(code ?? signal)}:\n${output}`));
    });
  });
}
