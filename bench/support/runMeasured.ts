import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

const preload = path.join(import.meta.dirname, 'reportUsage.cjs');
const deadlineMs = 180_000;

const Usage = z.object({ cpuSeconds: z.number(), peakRssMiB: z.number() });

/** What one process used from its start to its end. */
export type Measured = z.infer<typeof Usage> & {
  readonly wallMs: number;
  readonly exitCode: number | null;
  readonly stdout: string;
};

/** Runs a file with Node to its end and reads what that process alone used; its output is drained. */
export async function runMeasured(options: {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly nodeOptions?: readonly string[] | undefined;
}): Promise<Measured> {
  const usageFile = path.join(options.cwd, `usage-${process.pid}.json`);
  const env = { ...process.env, ANTHROPIC_API_KEY: 'bench-key', BENCH_USAGE_FILE: usageFile };
  const nodeArgs = [...(options.nodeOptions ?? []), '--require', preload];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, options.file, ...options.args], {
    cwd: options.cwd,
    env,
    timeout: deadlineMs,
    killSignal: 'SIGKILL' as const,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const exitCode = await promise;
  const wallMs = performance.now() - startedMs;
  if (exitCode !== 0) {
    throw new Error(
      `Cannot measure ${path.basename(options.file)}: exit code ${String(exitCode)}. ${complaints}`,
    );
  }
  const usage = Usage.parse(JSON.parse(await readFile(usageFile, 'utf8')));
  await rm(usageFile);
  return { ...usage, wallMs, exitCode, stdout: Buffer.concat(chunks).toString('utf8') };
}

/** The best of some rounds, each figure for itself. */
export function bestOf(rounds: readonly Measured[]): Measured {
  const [first] = rounds;
  if (first === undefined) throw new Error('Nothing was measured.');
  return {
    ...first,
    wallMs: Math.min(...rounds.map((round) => round.wallMs)),
    cpuSeconds: Math.min(...rounds.map((round) => round.cpuSeconds)),
    peakRssMiB: Math.min(...rounds.map((round) => round.peakRssMiB)),
  };
}
