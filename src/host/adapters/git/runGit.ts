import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '../../../base/errorText.ts';
import { GitError } from './gitError.ts';

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Bytes for the standard input of git, all at once or as they come. */
export type GitInput = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** Where and with what a git command runs. */
export interface GitCall {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Goes to its standard input; nothing is sent when absent. */
  readonly input?: GitInput | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs git to its end and returns the bytes it printed; rejects with a GitError that quotes what it complained of. */
export async function runGit(arguments_: readonly string[], call: GitCall): Promise<Buffer> {
  call.signal?.throwIfAborted();
  const child = spawn('git', arguments_, {
    cwd: call.cwd,
    env: call.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  const [exitCode, output, complaint] = await Promise.all([
    waitForEnd(child),
    readAll(child.stdout),
    readAll(child.stderr),
    feed(child.stdin, call.input ?? []),
  ]).catch((error: unknown) => {
    call.signal?.throwIfAborted();
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new GitError(`Cannot start git in ${call.cwd}. Install git 2.38 or later.`, null);
  });
  if (exitCode !== 0) {
    const name = arguments_.find((argument) => /^[a-z][a-z-]+$/u.test(argument)) ?? '';
    const reason = complaint.toString('utf8').trim() || `it ended with exit code ${exitCode}`;
    throw new GitError(`git ${name} failed in ${call.cwd}: ${reason}`, exitCode);
  }
  return output;
}

/** Splits output that git ended with NUL characters (`-z`). */
export function splitNul(output: Buffer): string[] {
  const parts = output.toString('utf8').split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

function waitForEnd(child: GitProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // A readable without an encoding yields Buffers; its iterator is typed `any`.
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function feed(stdin: Writable, input: GitInput): Promise<void> {
  try {
    await pipeline(input, stdin);
  } catch (error) {
    // A git that ends before it has read everything closes the pipe; its exit code says why.
    if (!['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(errorCode(error) ?? '')) {
      throw error;
    }
  }
}
