import { BenchHost } from './support/benchHost.ts';
import type { BenchContext } from './support/benchContext.ts';
import { answeringAgents, makeBed } from './support/product.ts';
import { figure, type BenchReport } from './support/report.ts';
import { ModelServer } from './support/startModelServer.ts';
import type { ServerStats } from './support/serverProtocol.ts';

const agents = 1000;
const concurrency = 256;

/** New requests that are looked at after the throttle. */
const watchedRequests = 20;

/** How soon a run obeys: cancel and throttle with 256 requests in flight and 744 agents queued. */
export async function control(ctx: BenchContext): Promise<BenchReport> {
  ctx.say('control: cancel and throttle with 256 requests in flight');
  const closed: number[] = [];
  const ended: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < ctx.rounds; round += 1) {
    const cancelled = await measureCancel(ctx);
    closed.push(cancelled.closedMs);
    ended.push(cancelled.endedMs);
    beside.push(await countBesideThrottle(ctx));
  }
  const what = `cancel, ${concurrency} in flight, ${agents - concurrency} queued`;
  return {
    title: 'Control',
    rows: [
      // Not the best but the worst: whoever cancels waits for every request.
      figure(`${what}: all requests closed (worst)`, Math.max(...closed), {
        unit: 'ms',
        atMost: 250,
      }),
      figure(`${what}: run ended (worst)`, Math.max(...ended), { unit: 'ms' }),
      figure(`throttle ${concurrency} → 1: new requests over 1`, Math.max(...beside), {
        unit: '',
        atMost: 0,
      }),
    ],
  };
}

async function measureCancel(
  ctx: BenchContext,
): Promise<{ readonly closedMs: number; readonly endedMs: number }> {
  return withHeldRun(ctx, async ({ host, server, runId }) => {
    const startedAt = Date.now();
    const allClosed = server.waitOpen(0);
    const ended = host.waitForEnd(runId);
    await host.client.request('run.control', { runId, control: { action: 'cancel' } });
    const closedMs = (await allClosed) - startedAt;
    const { state } = await ended;
    const endedMs = Date.now() - startedAt;
    const { requests, closedByClient } = await server.stats();
    if (state !== 'cancelled' || requests !== concurrency || closedByClient !== concurrency) {
      throw new Error(`The cancel left ${requests} requests, ${closedByClient} closed: ${state}.`);
    }
    return { closedMs, endedMs };
  });
}

async function countBesideThrottle(ctx: BenchContext): Promise<number> {
  return withHeldRun(ctx, async ({ host, server, runId }) => {
    const throttle = { action: 'throttle', concurrency: 1 } as const;
    await host.client.request('run.control', { runId, control: throttle });
    await server.ask({ type: 'mark' });
    await server.ask({ type: 'release' });
    await server.waitRequests(concurrency + watchedRequests);
    const stats: ServerStats = await server.stats();
    return stats.startedSinceMarkBesideOthers;
  });
}

async function withHeldRun<T>(
  ctx: BenchContext,
  task: (held: {
    readonly host: BenchHost;
    readonly server: ModelServer;
    readonly runId: string;
  }) => Promise<T>,
): Promise<T> {
  const bed = await makeBed(ctx, 'control', { 'README.md': '# A project\n' });
  const server = await ModelServer.start('hold');
  try {
    const host = await BenchHost.start(ctx, bed, server.baseUrl);
    try {
      const runId = await host.run(answeringAgents(agents), concurrency);
      await server.waitOpen(concurrency);
      return await task({ host, server, runId });
    } finally {
      host.dispose();
    }
  } finally {
    server.dispose();
  }
}
