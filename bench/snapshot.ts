import path from 'node:path';
import * as z from 'zod';
import { writeFiles } from '../test/host/support/sampleWorkspace.ts';
import type { BenchContext } from './support/benchContext.ts';
import { commitAll } from './support/product.ts';
import { editedFileText } from './support/editOrder.ts';
import { figure, type BenchReport } from './support/report.ts';
import { runMeasured } from './support/runMeasured.ts';

const entry = path.join(import.meta.dirname, 'support', 'snapshotWork.ts');
const fileCount = 5000;
const foldersCount = 100;
const Times = z.object({
  coldMs: z.number(),
  warmMs: z.number(),
  warmInNewProcessMs: z.number(),
  overlayMsPerAgent: z.number(),
  mergeMsPerAgent: z.number(),
  writeTreeMs: z.number(),
  firstDirectoryMs: z.number(),
  nextDirectoryMs: z.number(),
});

/** The shadow repository, overlays and trees on disk, with 5,000 files and 100 agents. */
export async function snapshot(ctx: BenchContext): Promise<BenchReport> {
  ctx.say(`snapshot: ${fileCount} files`);
  const committed = await ctx.makeFolder('committed');
  await writeFiles(committed, manyFiles());
  await commitAll(committed);
  const plain = await ctx.makeFolder('plain');
  await writeFiles(plain, manyFiles());
  const file = await ctx.bundle(entry);
  const inRepository = await measure(ctx, file, committed);
  const inFolder = await measure(ctx, file, plain);
  const name = `${fileCount} files`;
  return {
    title: 'Snapshot, overlay, merge, materialise',
    rows: [
      figure(`snapshot of ${name}, cold`, inRepository.coldMs, { unit: 'ms', atMost: 400 }),
      figure(`snapshot of ${name}, cold, no repository`, inFolder.coldMs, {
        ...{ unit: 'ms', atMost: 2000 },
      }),
      figure(`snapshot of ${name}, warm`, inRepository.warmMs, { unit: 'ms', atMost: 60 }),
      figure(`snapshot of ${name}, warm, new process`, inRepository.warmInNewProcessMs, {
        ...{ unit: 'ms', atMost: 60 },
      }),
      figure('overlay and 10 edits, each of 100 agents', inRepository.overlayMsPerAgent, {
        ...{ unit: 'ms', atMost: 5 },
      }),
      figure('merge of 10 edits, each of 100 agents', inRepository.mergeMsPerAgent, {
        unit: 'ms',
      }),
      figure('tree of 1,000 changed files written', inRepository.writeTreeMs, { unit: 'ms' }),
      figure(`first directory of ${name}`, inRepository.firstDirectoryMs, { unit: 'ms' }),
      figure('next directory, 10 files differ', inRepository.nextDirectoryMs, {
        ...{ unit: 'ms', atMost: 30 },
      }),
    ],
  };
}

async function measure(
  ctx: BenchContext,
  file: string,
  workspace: string,
): Promise<z.infer<typeof Times>> {
  const rounds: z.infer<typeof Times>[] = [];
  for (let round = 0; round < ctx.rounds; round += 1) {
    const cwd = await ctx.makeFolder('snapshot');
    const { stdout } = await runMeasured({ file, args: [workspace, cwd], cwd });
    rounds.push(Times.parse(JSON.parse(stdout)));
  }
  const least = (name: keyof z.infer<typeof Times>) => Math.min(...rounds.map((r) => r[name]));
  return {
    coldMs: least('coldMs'),
    warmMs: least('warmMs'),
    warmInNewProcessMs: least('warmInNewProcessMs'),
    overlayMsPerAgent: least('overlayMsPerAgent'),
    mergeMsPerAgent: least('mergeMsPerAgent'),
    writeTreeMs: least('writeTreeMs'),
    firstDirectoryMs: least('firstDirectoryMs'),
    nextDirectoryMs: least('nextDirectoryMs'),
  };
}

function manyFiles(): Readonly<Record<string, string>> {
  const name = (index: number) => `lib/p${index % foldersCount}/f${index}.js`;
  const indexes = Array.from({ length: fileCount }, (_x, index) => index);
  return Object.fromEntries(indexes.map((index) => [name(index), editedFileText(index)]));
}
