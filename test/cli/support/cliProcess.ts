import { spawn, type ChildProcess } from 'node:child_process';
import { EventWaiters } from '../../support/messagesApi/eventWaiters.ts';

/** What came of one command. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
}

/** Any command of these tests ends within this time, or its test fails with what it printed. */
const deadlineMs = 50_000;

/** One started command: its output as it comes, and its end. */
export class CliProcess {
  readonly ended: Promise<CliResult>;
  readonly #child: ChildProcess;
  readonly #waiters = new EventWaiters();
  readonly #chunks: Buffer[] = [];
  #stdout = '';
  #stderr = '';

  constructor(
    file: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  ) {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawn(process.execPath, [file, ...args], { ...options, stdio });
    this.#child = child;
    const stdoutText = new TextDecoder();
    child.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#stdout += stdoutText.decode(chunk, { stream: true });
      this.#waiters.check();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#waiters.check();
    });
    this.ended = this.#end(child, args.join(' '));
    // Whoever does not wait for the end must not be told of it as an unhandled rejection.
    this.ended.catch(() => undefined);
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when stdout holds the text. */
  async waitForOutput(wanted: string): Promise<void> {
    await this.#waitUntil(() => this.#stdout.includes(wanted), wanted);
  }

  /** Resolves when stderr holds the text. */
  async waitForError(wanted: string): Promise<void> {
    await this.#waitUntil(() => this.#stderr.includes(wanted), wanted);
  }

  #waitUntil(isThere: () => boolean, wanted: string): Promise<void> {
    const describe = () => `Waited for "${wanted}" in:\n${this.#stdout}\n${this.#stderr}`;
    return this.#waiters.wait(isThere, 20_000, describe);
  }

  /** Sends what Ctrl+C sends. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #end(child: ChildProcess, command: string): Promise<CliResult> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        const printed = `${this.#stdout.slice(-3000)}\n${this.#stderr.slice(-3000)}`;
        reject(new Error(`"muster ${command}" did not end in ${deadlineMs} ms:\n${printed}`));
      }, deadlineMs);
      child.once('error', reject);
      child.once('close', (exitCode, signal) => {
        clearTimeout(timer);
        this.#waiters.failAll(`The command ended with ${exitCode ?? signal}: ${this.#stderr}`);
        const [stdout, stderr] = [this.#stdout, this.#stderr];
        const stdoutBytes = Buffer.concat(this.#chunks);
        resolve({ exitCode, signal, stdout, stderr, stdoutBytes });
      });
    });
  }
}
