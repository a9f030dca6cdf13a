import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { BenchHost } from './support/benchHost.ts';
import type { BenchContext } from './support/benchContext.ts';
import { answeringAgents, makeBed, type ProductBed } from './support/product.ts';
import { figure, type BenchReport } from './support/report.ts';
import { runMeasured } from './support/runMeasured.ts';
import { ModelServer } from './support/startModelServer.ts';

const callsEntry = path.join(import.meta.dirname, 'support', 'scriptCalls.ts');
const Calls = z.object({ concurrentUs: z.number(), inTurnUs: z.number(), syncUs: z.number() });

/** The way from an approved script to its first request, and the cost of a call out of the sandbox. */
export async function script(ctx: BenchContext): Promise<BenchReport> {
  ctx.say('script: first request, and calls between script and host');
  const first: FirstRequest[] = [];
  for (let round = 0; round < ctx.rounds; round += 1) first.push(await measureFirstRequest(ctx));
  const folder = await ctx.makeFolder('calls');
  const file = await ctx.bundle(callsEntry);
  // piscina starts its threads from a file of this name beside the bundle that uses it.
  const worker = 'worker.js';
  await copyFile(path.join(ctx.distDirectory, worker), path.join(path.dirname(file), worker));
  const rounds: z.infer<typeof Calls>[] = [];
  for (let round = 0; round < ctx.rounds; round += 1) {
    const { stdout } = await runMeasured({ file, args: [ctx.distDirectory], cwd: folder });
    rounds.push(Calls.parse(JSON.parse(stdout)));
  }
  const least = (name: keyof z.infer<typeof Calls>) => Math.min(...rounds.map((r) => r[name]));
  const aim = { unit: 'µs', atMost: 100 };
  return {
    title: 'Script',
    rows: [
      figure('approval to the first agent request, fresh host', leastKnown(first), {
        unit: 'ms',
        atMost: 150,
      }),
      figure('the same where nothing is known of the workspace yet', leastNew(first), {
        unit: 'ms',
      }),
      figure('agent(), 1,000 calls at once: each there and back', least('concurrentUs'), aim),
      figure('agent(), one after the other: each there and back', least('inTurnUs'), aim),
      figure('read(), synchronous: each there and back', least('syncUs'), aim),
    ],
  };
}

interface FirstRequest {
  /** The first run of all: its snapshot is taken from nothing. */
  readonly inNewStateMs: number;
  /** A later run in another host. */
  readonly inKnownStateMs: number;
}

function leastNew(rounds: readonly FirstRequest[]): number {
  return Math.min(...rounds.map((round) => round.inNewStateMs));
}

function leastKnown(rounds: readonly FirstRequest[]): number {
  return Math.min(...rounds.map((round) => round.inKnownStateMs));
}

async function measureFirstRequest(ctx: BenchContext): Promise<FirstRequest> {
  const bed = await makeBed(ctx, 'first', { 'README.md': '# A project\n' });
  const inNewStateMs = await firstRequestMs(ctx, bed);
  return { inNewStateMs, inKnownStateMs: await firstRequestMs(ctx, bed) };
}

async function firstRequestMs(ctx: BenchContext, bed: ProductBed): Promise<number> {
  const server = await ModelServer.start('text');
  try {
    const host = await BenchHost.start(ctx, bed, server.baseUrl);
    try {
      const startedAt = Date.now();
      const came = server.waitRequests(1);
      const runId = await host.run(answeringAgents(1), 16);
      const firstMs = (await came) - startedAt;
      await host.waitForEnd(runId);
      return firstMs;
    } finally {
      host.dispose();
    }
  } finally {
    server.dispose();
  }
}
