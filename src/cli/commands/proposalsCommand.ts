import { plural } from '../../base/format.ts';
import { quotePath } from '../../core/changes/patch/quotePath.ts';
import { PLAIN_FILE_MODE } from '../../core/changes/text/fileContent.ts';
import { unifiedHunks } from '../../core/changes/text/unifiedHunks.ts';
import type { FileProposal, ProposalSet } from '../../protocol/proposals.ts';
import type { DescribedConflict } from '../../host/review/reviewService.ts';
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
    const conflicts = await workspace.reviews.conflicts(runId);
    if (options.patch === true) await printPatch(ctx, workspace, set);
    else if (options.json === true) printLine(ctx.stdout, JSON.stringify({ ...set, conflicts }));
    else printTree(ctx, set, conflicts);
    return EXIT.ok;
  });
}

function printTree(
  ctx: CliContext,
  set: ProposalSet,
  conflicts: readonly DescribedConflict[],
): void {
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
  for (const conflict of conflicts) if (conflict.state === 'open') printConflict(ctx, conflict);
}

/** Both sides, as a merge tool shows them: an agent's work that is not in the proposal must be seen. */
function printConflict(ctx: CliContext, conflict: DescribedConflict): void {
  const { path, agentId, agentLabel, reason, places, morePlaces, oursAgentIds } = conflict;
  const others = oursAgentIds.map((id) => `agent ${id}`).join(', ') || 'the run';
  printLine(ctx.stdout, `Not merged: ${path}, by agent ${agentId} (${agentLabel}): ${reason}`);
  for (const { baseStart, ours, theirs } of places) {
    printLine(ctx.stdout, `  line ${baseStart}, in the proposal by ${others}:`);
    printLine(ctx.stdout, indented(ours));
    printLine(ctx.stdout, `  kept aside, by agent ${agentId}:`);
    printLine(ctx.stdout, indented(theirs));
  }
  if (morePlaces > 0) printLine(ctx.stdout, `  and ${plural(morePlaces, 'place')} more`);
  printLine(ctx.stdout, `  to discard it: --conflict ${conflict.conflictId}`);
}

function indented(text: string): string {
  const lines = text.replace(/\r?\n$/u, '').split('\n');
  return lines.map((line) => `    ${line}`).join('\n');
}

async function printPatch(ctx: CliContext, workspace: Workspace, set: ProposalSet): Promise<void> {
  for (const file of set.files) {
    ctx.stdout.write(await patchOf(workspace, set.runId, file));
  }
}

async function patchOf(workspace: Workspace, runId: string, file: FileProposal): Promise<Buffer> {
  const { path, kind } = file;
  const request = { runId, path, openBuffers: [] };
  const base = await workspace.reviews.content({ ...request, side: 'base' });
  const proposed = await workspace.reviews.content({ ...request, side: 'proposed' });
  const [before, after] = [quotePath(`a/${path}`), quotePath(`b/${path}`)];
  const head = `diff --git ${before} ${after}\n${modeLine(file)}`;
  if (kind === 'binary') return toBytes(`${head}Binary files differ\n`);
  const hunks = hunksOf(toCharacters(base), toCharacters(proposed));
  // Git wants no file lines where an empty file comes or goes.
  if (hunks === '') return toBytes(head);
  const from = base === null ? '/dev/null' : before;
  const to = proposed === null ? '/dev/null' : after;
  return toBytes(`${head}--- ${from}\n+++ ${to}\n${hunks}`);
}

function hunksOf(before: string, after: string): string {
  return unifiedHunks(before, after);
}

function modeLine({ kind, mode }: FileProposal): string {
  const octal = (mode || PLAIN_FILE_MODE).toString(8);
  if (kind === 'create') return `new file mode ${octal}\n`;
  return kind === 'delete' ? `deleted file mode ${octal}\n` : '';
}

// One character a byte, so that a file in any encoding goes through the diff and comes out as it was.
function toCharacters(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString('latin1');
}

function toBytes(characters: string): Buffer {
  return Buffer.from(characters, 'latin1');
}
