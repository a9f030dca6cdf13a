import type { BenchContext } from './support/benchContext.ts';
import { captureBodies, measureBesideFloor } from './support/besideFloor.ts';
import { answerReadAndEdit } from './support/answerReadAndEdit.ts';
import { editedFileText } from './support/editOrder.ts';
import { editingAgents, makeBed, type ProductBed } from './support/product.ts';
import { compared, type BenchReport } from './support/report.ts';
import { ModelServer } from './support/startModelServer.ts';

const agents = 1000;
const concurrency = 16;

/** Agents with three turns each that read and edit a file, against the plain SDK. */
export async function toolAgents(ctx: BenchContext): Promise<BenchReport> {
  ctx.say(`tool agents: ${agents} agents with 3 turns`);
  const bed = await makeEditedBed(ctx, agents);
  const capture = { script: editingAgents(1), respond: answerReadAndEdit };
  const bodies = await captureBodies(ctx, bed, capture);
  const server = await ModelServer.start('readAndEdit');
  try {
    const script = editingAgents(agents);
    const job = { script, baseUrl: server.baseUrl, agents, concurrency, bodies };
    const { floor, product } = await measureBesideFloor(ctx, bed, job);
    const name = `${agents} agents, 3 turns, ${concurrency} at once`;
    const rss = { floor: floor.peakRssMiB, product: product.peakRssMiB };
    return {
      title: 'Tool agents',
      rows: [
        // The aims in seconds were set beside a floor of 3.7 s; ratios hold on any machine.
        compared(
          `${name}: wall`,
          { floor: floor.wallMs, product: product.wallMs },
          { unit: 'ms', atMostRatio: 6 / 3.7 },
        ),
        compared(
          `${name}: CPU`,
          { floor: floor.cpuSeconds, product: product.cpuSeconds },
          { unit: 's', atMostRatio: 7 / 3.7 },
        ),
        compared(`${name}: peak RSS`, rss, { unit: 'MiB', atMost: 350 }),
      ],
    };
  } finally {
    server.dispose();
  }
}

/** A workspace with one file for each agent. */
export function makeEditedBed(ctx: BenchContext, files: number): Promise<ProductBed> {
  const names = Array.from({ length: files }, (_x, index) => index);
  return makeBed(
    ctx,
    'edits',
    Object.fromEntries(names.map((index) => [`lib/f${index}.js`, editedFileText(index)])),
  );
}
