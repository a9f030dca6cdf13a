import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { startMessagesApi } from '../../test/support/messagesApi/startMessagesApi.ts';
import type { Respond } from '../../test/support/messagesApi/startMessagesApi.ts';
import type { BenchContext } from './benchContext.ts';
import type { FloorJob } from './floorJob.ts';
import { runProduct, type ProductBed, type ProductRun } from './product.ts';
import { bestOf, runMeasured, type Measured } from './runMeasured.ts';

const floorEntry = path.join(import.meta.dirname, 'floor.ts');

/** What one agent of the product sends, turn by turn, so that the floor can send the same. */
export async function captureBodies(
  ctx: BenchContext,
  bed: ProductBed,
  capture: { readonly script: string; readonly respond: Respond },
): Promise<readonly MessageCreateParams[]> {
  const api = await startMessagesApi({ respond: capture.respond });
  try {
    const { script } = capture;
    await runProduct(ctx, bed, { script, baseUrl: api.baseUrl, concurrency: 1 });
    // The product's own requests: the SDK's types describe them, and the server has checked them.
    return api.requests.map((request) => request.body as unknown as MessageCreateParams);
  } finally {
    await api.dispose();
    await rm(bed.stateRoot, { recursive: true, force: true });
  }
}

/** Floor and product in turns, the best of each. */
export async function measureBesideFloor(
  ctx: BenchContext,
  bed: ProductBed,
  job: FloorJob & { readonly script: string },
): Promise<{ readonly floor: Measured; readonly product: Measured }> {
  const floorFile = await ctx.bundle(floorEntry);
  const { script, ...floorJob } = job;
  const jobFile = path.join(bed.root, 'floor.json');
  await writeFile(jobFile, JSON.stringify(floorJob));
  const floors: Measured[] = [];
  const products: Measured[] = [];
  for (let round = 0; round < ctx.rounds; round += 1) {
    floors.push(await runMeasured({ file: floorFile, args: [jobFile], cwd: bed.root }));
    products.push(assertWhole(await runProduct(ctx, bed, { ...job, script }), job.agents));
  }
  return { floor: bestOf(floors), product: bestOf(products) };
}

/** A run that did less than it should must not look fast. */
function assertWhole(run: ProductRun, agents: number): ProductRun {
  const { status, agents: counts } = run.end;
  if (status === 'completed' && counts.ok === agents) return run;
  throw new Error(`The run ended as ${status} with ${counts.ok} of ${agents} agents.`);
}
