import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BenchHost } from './support/benchHost.ts';
import type { BenchContext } from './support/benchContext.ts';
import { makeEditedBed } from './toolAgents.ts';
import {
  answeringAgents,
  editingAgents,
  makeBed,
  resumeProduct,
  runProduct,
  type ProductBed,
  type ProductRun,
} from './support/product.ts';
import { figure, type BenchReport, type Row } from './support/report.ts';
import { leastOf } from './support/rounds.ts';
import { ModelServer } from './support/startModelServer.ts';

const agents = 1000;

/** A finished run that goes on: everything comes from the journal. */
export async function resume(ctx: BenchContext): Promise<BenchReport> {
  ctx.say(`resume: ${agents} finished agents with one turn`);
  const answered = await measureResume(ctx, {
    name: `${agents} agents`,
    bed: await makeBed(ctx, 'resume', { 'README.md': '# A project\n' }),
    mode: 'text',
    script: answeringAgents(agents),
    aimMs: 500,
  });
  ctx.say(`resume: ${agents} finished agents with an edit each`);
  const edited = await measureResume(ctx, {
    name: `${agents} agents with an edit each`,
    bed: await makeEditedBed(ctx, agents),
    mode: 'readAndEdit',
    script: editingAgents(agents),
    aimMs: undefined,
  });
  return { title: 'Resume of a finished run', rows: [...answered, ...edited] };
}

async function measureResume(
  ctx: BenchContext,
  each: {
    readonly name: string;
    readonly bed: ProductBed;
    readonly mode: 'text' | 'readAndEdit';
    readonly script: string;
    readonly aimMs: number | undefined;
  },
): Promise<readonly Row[]> {
  const { name, bed, script, aimMs } = each;
  const server = await ModelServer.start(each.mode);
  try {
    const { baseUrl } = server;
    const { runId } = (await runProduct(ctx, bed, { script, baseUrl, concurrency: 64 })).end;
    const before = await server.stats();
    const inHost = await leastOf(ctx.rounds, () => resumeInHost(ctx, bed, { runId, baseUrl }));
    const cpu: number[] = [];
    const wall = await leastOf(ctx.rounds, async () => {
      const resumed = await resumeProduct(ctx, bed, { runId, baseUrl });
      cpu.push(resumed.cpuSeconds);
      return timeOf(resumed);
    });
    const edited = await leastOf(ctx.rounds, async (round) => {
      const scriptFile = path.join(bed.root, `edited-${round}.js`);
      await writeFile(scriptFile, `${script}// Round ${round}.\n`);
      return timeOf(await resumeProduct(ctx, bed, { runId, baseUrl, scriptFile }));
    });
    const after = await server.stats();
    return [
      figure(`${name}: request to run.ended written, in a fresh host`, inHost, {
        unit: 'ms',
        atMost: aimMs,
      }),
      figure(`${name}: whole process "muster resume"`, wall, { unit: 'ms' }),
      figure(`${name}: whole process, CPU`, Math.min(...cpu), { unit: 's' }),
      figure(`${name}: the same with an edited script, which runs again`, edited, { unit: 'ms' }),
      figure(`${name}: requests`, after.requests - before.requests, { unit: '', atMost: 0 }),
    ];
  } finally {
    server.dispose();
  }
}

/** Every agent must have come from the journal. */
function timeOf({ end, wallMs }: ProductRun): number {
  if (end.status === 'completed' && end.agents.cached === agents) return wallMs;
  throw new Error(`The resume took ${end.agents.cached} agents from the journal.`);
}

async function resumeInHost(
  ctx: BenchContext,
  bed: ProductBed,
  run: { readonly runId: string; readonly baseUrl: string },
): Promise<number> {
  const { runId } = run;
  const host = await BenchHost.start(ctx, bed, run.baseUrl);
  try {
    const startedAt = Date.now();
    await host.client.request('run.resume', { runId, limits: null });
    const { state } = await host.waitForEnd(runId);
    if (state !== 'completed') throw new Error(`The resumed run ended as ${state}.`);
    return (await host.journalWrittenAt(runId)) - startedAt;
  } finally {
    host.dispose();
  }
}
