import { createTwoFilesPatch } from 'diff';
import type { FileProposal, ProposalSet } from '../../protocol/proposals.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { EXIT, type ExitCode } from '../exitCodes.ts';
import { findRun, withWorkspace, type Workspace } from '../openWorkspace.ts';

/** `muster proposals`: groups, files and hunks of a run, or one patch of all that is not rejected. */
export function proposalsCommand(
  ctx: CliContext,
  name: string,
  options: CommonOptions & { readonly patch?: boolean | undefined },
): Promise<ExitCode> {
  return withWorkspace(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const set = await workspace.reviews.get(runId);
    if (options.patch === true) await printPatch(ctx, workspace, set);
    else if (options.json === true) printLine(ctx.stdout, JSON.stringify(set));
    else printTree(ctx, set);
    return EXIT.ok;
  });
}

function printTree(ctx: CliContext, set: ProposalSet): void {
  for (const group of set.groups) {
    printLine(ctx.stdout, `${group.title}  (${group.groupId})`);
    for (const file of set.files) {
      const hunks = file.hunks.filter((hunk) => hunk.groupId === group.groupId);
      if (hunks.length === 0) continue;
      const flag = file.flag === null ? '' : `  ! ${file.flag}`;
      printLine(ctx.stdout, `  ${file.path}  ${file.kind}${flag}`);
      for (const { hunkId, added, removed, state, baseStart } of hunks) {
        printLine(ctx.stdout, `    ${hunkId}  line ${baseStart}  +${added} -${removed}  ${state}`);
      }
    }
  }
  if (set.files.length === 0) printLine(ctx.stdout, 'Nothing is proposed.');
}

async function printPatch(ctx: CliContext, workspace: Workspace, set: ProposalSet): Promise<void> {
  for (const file of set.files) {
    ctx.stdout.write(await patchOf(workspace, set.runId, file));
  }
}

async function patchOf(workspace: Workspace, runId: string, file: FileProposal): Promise<string> {
  const { path, kind } = file;
  const head = `diff --git a/${path} b/${path}\n`;
  if (kind === 'binary') return `${head}Binary files differ\n`;
  const request = { runId, path, openBuffers: [] };
  const base = await workspace.reviews.content({ ...request, side: 'base' });
  const proposed = await workspace.reviews.content({ ...request, side: 'proposed' });
  const mode =
    kind === 'create'
      ? 'new file mode 100644\n'
      : kind === 'delete'
        ? 'deleted file mode 100644\n'
        : '';
  const patch = createTwoFilesPatch(
    base === null ? '/dev/null' : `a/${path}`,
    proposed === null ? '/dev/null' : `b/${path}`,
    decode(base),
    decode(proposed),
    undefined,
    undefined,
    { context: 3 },
  );
  return head + mode + patch.replace(/^=+\n/u, '');
}

function decode(bytes: Uint8Array | null): string {
  return bytes === null ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
