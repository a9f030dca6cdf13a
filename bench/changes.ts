import path from 'node:path';
import * as z from 'zod';
import { git, writeFiles } from '../test/host/support/sampleWorkspace.ts';
import type { BenchContext } from './support/benchContext.ts';
import { commitAll } from './support/product.ts';
import { editedFileText } from './support/editOrder.ts';
import { compared, figure, type BenchReport, type Row } from './support/report.ts';
import { runMeasured } from './support/runMeasured.ts';

const entry = path.join(import.meta.dirname, 'support', 'changesWork.ts');
const fileCount = 5000;
const foldersCount = 100;
const name = `${fileCount} files`;
const Times = z.record(z.string(), z.number());
type Least = (figureName: string) => number;

/** Snapshots, overlays, merges, diffs, patches, trees on disk and searches, with 5,000 files and 100 agents. */
export async function changes(ctx: BenchContext): Promise<BenchReport> {
  ctx.say(`changes: ${name}`);
  const loose = await ctx.makeFolder('loose');
  await writeFiles(loose, manyFiles());
  await commitAll(loose);
  // As a clone has it, or any repository that git has tidied up once.
  const committed = await ctx.makeFolder('committed');
  await git(committed, 'clone', '--quiet', `file://${loose}`, '.');
  const plain = await ctx.makeFolder('plain');
  await writeFiles(plain, manyFiles());
  const file = await ctx.bundle(entry);
  const inRepository = await measure(ctx, file, committed);
  const amongLoose = await measure(ctx, file, loose);
  const inFolder = await measure(ctx, file, plain);
  return {
    title: 'Snapshot, overlay, merge, materialise',
    rows: [
      ...snapshotRows({ inRepository, amongLoose, inFolder }),
      ...changeRows(inRepository),
      ...directoryRows(inRepository),
      ...searchRows(inRepository),
    ],
  };
}

function snapshotRows(measured: {
  readonly inRepository: Least;
  readonly amongLoose: Least;
  readonly inFolder: Least;
}): readonly Row[] {
  const { inRepository, amongLoose, inFolder } = measured;
  return [
    beside(`snapshot of ${name}, cold`, inRepository, ['coldMs', 'coldFloorMs', 400]),
    beside(`snapshot of ${name}, cold, every object loose`, amongLoose, [
      'coldMs',
      'coldFloorMs',
      2000,
    ]),
    beside(`snapshot of ${name}, cold, no repository`, inFolder, ['coldMs', 'coldFloorMs', 2000]),
    beside(`snapshot of ${name}, warm`, inRepository, ['warmMs', 'warmFloorMs', 60]),
    beside(`snapshot of ${name}, warm, new process`, inRepository, [
      'warmInNewProcessMs',
      'warmFloorMs',
      60,
    ]),
  ];
}

function changeRows(least: Least): readonly Row[] {
  return [
    figure('overlay, each of 1,000', least('overlayUs'), { unit: 'µs', atMost: 50 }),
    figure('100 agents read and edit 11 files each', least('editsMs'), { unit: 'ms', atMost: 500 }),
    figure('100 overlays take 11 files each', least('writesMs'), { unit: 'ms', atMost: 48 }),
    figure('100 agents × 11 edits merged', least('mergesMs'), { unit: 'ms' }),
    beside('merge of 5,000 lines', least, ['mergeMs', 'mergeFloorMs', 5]),
    beside('diff of 50,000 lines, 15,000 edits', least, ['diffMs', 'diffFloorMs', 300]),
    beside('patches of 100 agents, 1,100 files', least, ['patchesMs', 'patchesFloorMs', 92]),
    figure('tree of 1,100 changed files written', least('writeTreeMs'), { unit: 'ms' }),
  ];
}

function directoryRows(least: Least): readonly Row[] {
  return [
    beside(`first directory of ${name}`, least, ['firstDirectoryMs', 'worktreeFloorMs', undefined]),
    beside('next directory, 10 files differ', least, ['switchMs', 'switchFloorMs', 30]),
    beside('next directory, the same tree', least, ['cleanMs', 'cleanFloorMs', 31]),
  ];
}

function searchRows(least: Least): readonly Row[] {
  return [
    figure(`first search in ${name}`, least('firstSearchMs'), { unit: 'ms' }),
    beside(`search in ${name}, a plain text`, least, [
      'literalSearchMs',
      'literalFloorMs',
      undefined,
    ]),
    beside(`search in ${name}, a shape`, least, ['shapeSearchMs', 'shapeFloorMs', undefined]),
  ];
}

function beside(
  what: string,
  least: Least,
  [product, floor, atMost]: readonly [string, string, number | undefined],
): Row {
  const values = { product: least(product), floor: least(floor) };
  return compared(what, values, { unit: 'ms', atMost });
}

/** The least of each figure over all rounds. */
async function measure(ctx: BenchContext, file: string, workspace: string): Promise<Least> {
  const rounds: z.infer<typeof Times>[] = [];
  for (let round = 0; round < ctx.rounds; round += 1) {
    const cwd = await ctx.makeFolder('changes');
    const { stdout } = await runMeasured({ file, args: [workspace, cwd, ctx.distDirectory], cwd });
    rounds.push(Times.parse(JSON.parse(stdout)));
  }
  return (figureName) => Math.min(...rounds.map((times) => times[figureName] ?? Number.NaN));
}

function manyFiles(): Readonly<Record<string, string>> {
  const pathOf = (index: number) => `lib/p${index % foldersCount}/f${index}.js`;
  const indexes = Array.from({ length: fileCount }, (_x, index) => index);
  return Object.fromEntries(indexes.map((index) => [pathOf(index), editedFileText(index)]));
}
