import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

const deadlineMs = 60_000;

/** A process of a test's own, from a file in `children/`, which says `ready` when it has come to its point. */
export class ChildScript {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = '';
  #complaint = '';

  constructor(name: string, args: readonly string[]) {
    const file = path.resolve(import.meta.dirname, 'children', `${name}.ts`);
    const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#complaint += chunk.toString();
    });
    // A process that is killed reads no more.
    child.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${name} did not end: ${this.#output}${this.#complaint}`));
      }, deadlineMs);
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
    this.#ended.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves once it has printed this. */
  async waitFor(text: string | RegExp): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const hasSaid = (): boolean =>
      typeof text === 'string' ? this.#output.includes(text) : text.test(this.#output);
    const look = (): void => {
      if (hasSaid()) resolve(undefined);
    };
    this.#child.stdout?.on('data', look);
    look();
    const ended = this.#ended.then((code) => {
      const printed = `${this.#output}${this.#complaint}`;
      if (!hasSaid()) throw new Error(`It ended with ${code}: ${printed}`);
    });
    try {
      await Promise.race([promise, ended]);
    } finally {
      this.#child.stdout?.off('data', look);
    }
  }

  /** Lets it go on from where it waits. */
  go(): void {
    this.tell('go');
  }

  /** Writes one line to it. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Asks it to end when it has done what it is about. */
  stop(): void {
    this.#child.stdin?.write('stop\n');
  }

  /** Its exit code; rejects with what it complained of when that is not 0. */
  async succeed(): Promise<void> {
    const code = await this.#ended;
    if (code !== 0) throw new Error(`It ended with ${code}: ${this.#complaint}`);
  }

  /** Ends it without a chance to tidy up. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
