import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createDeferred } from '../../../../base/deferred.ts';
import type { Deferred } from '../../../../base/deferred.ts';
import { GitError } from '../gitError.ts';
import type { ShadowRepository } from './shadowRepository.ts';

type CatFile = ChildProcessByStdio<Writable, Readable, null>;

interface Pending {
  readonly id: string;
  readonly answer: Deferred<Uint8Array>;
}

/** Reads blobs through one long-lived `git cat-file --batch`, which is started again when it died. */
export class BlobReader {
  readonly #repository: ShadowRepository;
  #process: CatFileSession | null = null;
  #isDisposed = false;

  constructor(repository: ShadowRepository) {
    this.#repository = repository;
  }

  /** Rejects with a GitError when there is no such blob; a reader that died is tried once more. */
  async read(id: string): Promise<Uint8Array> {
    if (!/^[0-9a-f]{40}$/u.test(id)) throw new GitError(`"${id}" is not an object id.`, null);
    await this.#repository.ensureCreated();
    const session = this.#session();
    try {
      return await session.read(id);
    } catch (error) {
      if (!session.isDead) throw error;
      return this.#session().read(id);
    }
  }

  /** Ends the process; what still waits is rejected. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#process?.close();
  }

  #session(): CatFileSession {
    if (this.#isDisposed) throw new GitError('The snapshot store is closed.', null);
    if (this.#process === null || this.#process.isDead) {
      this.#process = new CatFileSession(this.#repository);
    }
    return this.#process;
  }
}

/** One life of the process: answers come in the order of the questions. */
class CatFileSession {
  readonly #child: CatFile;
  readonly #pending: Pending[] = [];
  readonly #ended = createDeferred<null>();
  #chunks: Buffer[] = [];
  #bytes = 0;
  #needed = 0;
  #isDead = false;

  constructor(repository: ShadowRepository) {
    this.#child = spawn('git', ['cat-file', '--batch'], {
      cwd: repository.gitDir,
      env: repository.environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    this.#child.once('error', (error) => this.#die(error.message));
    this.#child.once('close', () => this.#die('it ended'));
    // A write to a dead process is reported by its end as well.
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  read(id: string): Promise<Uint8Array> {
    const answer = createDeferred<Uint8Array>();
    this.#pending.push({ id, answer });
    this.#child.stdin.write(`${id}\n`);
    return answer.promise;
  }

  async close(): Promise<void> {
    if (this.#isDead) return;
    this.#child.kill('SIGKILL');
    await this.#ended.promise;
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // A large blob arrives in many chunks; they are joined once, when it is complete.
    while (this.#bytes >= this.#needed && this.#bytes > 0 && this.#answerOne());
  }

  #answerOne(): boolean {
    const buffer = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    if (buffer === undefined) return false;
    this.#chunks = [buffer];
    const lineEnd = buffer.indexOf(0x0a);
    if (lineEnd < 0) return false;
    const [, type, size] = buffer.toString('latin1', 0, lineEnd).split(' ');
    const isObject = size !== undefined;
    const total = isObject ? lineEnd + 1 + Number(size) + 1 : lineEnd + 1;
    this.#needed = total;
    if (this.#bytes < total) return false;
    this.#settle(isObject ? type : 'missing', Buffer.from(buffer.subarray(lineEnd + 1, total - 1)));
    const rest = buffer.subarray(total);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
    this.#needed = 0;
    return true;
  }

  #settle(type: string | undefined, bytes: Buffer): void {
    const pending = this.#pending.shift();
    if (pending === undefined) return;
    if (type === 'blob') pending.answer.resolve(bytes);
    else if (type === 'missing') {
      pending.answer.reject(new GitError(`The snapshot store has no object ${pending.id}.`, null));
    } else {
      const message = `Object ${pending.id} is a ${String(type)}, not a file.`;
      pending.answer.reject(new GitError(message, null));
    }
  }

  #die(reason: string): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#ended.resolve(null);
    for (const { id, answer } of this.#pending.splice(0)) {
      answer.reject(new GitError(`git cat-file did not answer for ${id}: ${reason}.`, null));
    }
  }
}
