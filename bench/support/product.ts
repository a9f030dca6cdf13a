// Runs of the built command line, as a user starts them.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { writeFiles, git } from '../../test/host/support/sampleWorkspace.ts';
import type { BenchContext } from './benchContext.ts';
import { editPromptSource } from './editOrder.ts';
import { runMeasured, type Measured } from './runMeasured.ts';

/** Where a run works and keeps its state. */
export interface ProductBed {
  readonly root: string;
  readonly workspace: string;
  readonly stateRoot: string;
}

const End = z.object({
  type: z.literal('run.ended'),
  runId: z.string(),
  status: z.string(),
  durationMs: z.number(),
  agents: z.object({ ok: z.number(), cached: z.number() }),
  proposals: z.object({ files: z.number() }),
});

/** A measured run and its last event. */
export interface ProductRun extends Measured {
  readonly end: z.infer<typeof End>;
}

/** A committed workspace with these files, and an empty state folder. */
export async function makeBed(
  ctx: BenchContext,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<ProductBed> {
  const root = await ctx.makeFolder(name);
  const workspace = path.join(root, 'workspace');
  await writeFiles(workspace, files);
  await commitAll(workspace);
  return { root, workspace, stateRoot: path.join(root, 'state') };
}

/** Makes a folder a repository in which everything is committed. */
export async function commitAll(directory: string): Promise<void> {
  await git(directory, 'init', '--quiet', '--initial-branch=main');
  await git(directory, 'add', '--all');
  const author = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.invalid'];
  await git(directory, ...author, 'commit', '--quiet', '--message=bench');
}

/** A script of agents that each answer at once. */
export function answeringAgents(count: number): string {
  return agentsScript(count, `'Answer task ' + index`);
}

/** A script of agents that each read and edit a file of their own. */
export function editingAgents(count: number): string {
  return agentsScript(count, editPromptSource);
}

function agentsScript(count: number, prompt: string): string {
  return `export const meta = { name: 'bench', description: 'Agents at once' };
const answers = await parallel(Array.from({ length: ${count} }, (_item, index) => () => agent(${prompt})));
return answers.filter((answer) => answer === 'done').length;
`;
}

/** Runs a script to its end with the built command line. */
export async function runProduct(
  ctx: BenchContext,
  bed: ProductBed,
  run: {
    readonly script: string;
    readonly baseUrl: string;
    readonly concurrency: number;
  },
): Promise<ProductRun> {
  const script = path.join(bed.root, 'script.js');
  await writeFile(script, run.script);
  const limits = ['--max-agents', '1000', '--max-usd', '1000'];
  return runCli(ctx, bed, [
    'run',
    '--script',
    script,
    '--base-url',
    run.baseUrl,
    '--concurrency',
    String(run.concurrency),
    ...limits,
  ]);
}

/** Resumes a run with the built command line. */
export function resumeProduct(
  ctx: BenchContext,
  bed: ProductBed,
  run: {
    readonly runId: string;
    readonly baseUrl: string;
    /** An edited script's file. */
    readonly scriptFile?: string | undefined;
  },
): Promise<ProductRun> {
  const { runId, baseUrl, scriptFile } = run;
  const edited = scriptFile === undefined ? [] : ['--script', scriptFile];
  return runCli(ctx, bed, ['resume', runId, '--base-url', baseUrl, ...edited]);
}

async function runCli(
  ctx: BenchContext,
  bed: ProductBed,
  args: readonly string[],
): Promise<ProductRun> {
  const places = ['--cwd', bed.workspace, '--state-dir', bed.stateRoot];
  const measured = await runMeasured({
    file: path.join(ctx.distDirectory, 'cli.cjs'),
    args: [...args, '--provider', 'anthropic', ...places, '--yes', '--json'],
    cwd: bed.root,
    nodeOptions: process.env['BENCH_NODE_OPTIONS']?.split(' '),
  });
  const lastLine = measured.stdout.trimEnd().split('\n').at(-1) ?? '';
  return { ...measured, end: End.parse(JSON.parse(lastLine)) };
}
