import { text } from '../test/support/messagesApi/replies.ts';
import type { BenchContext } from './support/benchContext.ts';
import { captureBodies, measureBesideFloor } from './support/besideFloor.ts';
import { answeringAgents, makeBed } from './support/product.ts';
import { compared, type BenchReport, type Row } from './support/report.ts';
import { ModelServer } from './support/startModelServer.ts';

interface Case {
  readonly agents: number;
  readonly delayMs: number;
  readonly concurrency: number;
}

const allCases: readonly Case[] = [10, 100, 1000].flatMap((agents) =>
  [0, 200].flatMap((delayMs) => [16, 256].map((concurrency) => ({ agents, delayMs, concurrency }))),
);

/** Many agents with one turn each, against the plain SDK. */
export async function fanOut(ctx: BenchContext): Promise<BenchReport> {
  const rows: Row[] = [];
  for (const each of allCases) {
    const name = `${each.agents}/${each.delayMs}/${each.concurrency}`;
    if (ctx.cases.length > 0 && !ctx.cases.includes(name)) continue;
    ctx.say(`fan-out: ${each.agents} agents, ${each.delayMs} ms, ${each.concurrency} at once`);
    rows.push(...(await measureCase(ctx, each)));
  }
  return { title: 'Fan-out', rows };
}

async function measureCase(ctx: BenchContext, each: Case): Promise<readonly Row[]> {
  const { agents, delayMs, concurrency } = each;
  const bed = await makeBed(ctx, 'fan-out', { 'README.md': '# A project\n' });
  const capture = { script: answeringAgents(1), respond: () => text('done') };
  const bodies = await captureBodies(ctx, bed, capture);
  const server = await ModelServer.start('text', delayMs);
  try {
    const { baseUrl } = server;
    const script = answeringAgents(agents);
    const job = { script, baseUrl, agents, concurrency, bodies };
    const { floor, product } = await measureBesideFloor(ctx, bed, job);
    const name = `${agents} agents, ${delayMs} ms, ${concurrency} at once`;
    // Beside few agents, the start of the product itself is most of what is measured.
    const isJudged = agents === 1000;
    const wallAim = concurrency === 16 ? 1.1 : 1.25;
    return [
      compared(
        `${name}: wall`,
        { floor: floor.wallMs, product: product.wallMs },
        { unit: 'ms', atMostRatio: isJudged && delayMs > 0 ? wallAim : undefined },
      ),
      compared(
        `${name}: CPU`,
        { floor: floor.cpuSeconds, product: product.cpuSeconds },
        { unit: 's', atMostRatio: isJudged ? 2 : undefined },
      ),
      compared(
        `${name}: peak RSS`,
        { floor: floor.peakRssMiB, product: product.peakRssMiB },
        { unit: 'MiB', atMostOver: isJudged ? 80 : undefined },
      ),
    ];
  } finally {
    server.dispose();
  }
}
