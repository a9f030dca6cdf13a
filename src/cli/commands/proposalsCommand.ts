import { plural } from '../../base/format.ts';
import type { FileProposal, ProposalSet } from '../../protocol/proposals.ts';
import type { DescribedConflict } from '../../host/review/reviewService.ts';
import { printCutOff } from './cutOffNotice.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { EXIT, type ExitCode } from '../exitCodes.ts';
import { withReviews } from '../openReviews.ts';
import { findRun } from '../findRun.ts';

/** `muster proposals`: groups, files and hunks of a run, or one patch of all that is not rejected. */
export function proposalsCommand(
  ctx: CliContext,
  name: string,
  options: CommonOptions & { readonly patch?: boolean | undefined },
): Promise<ExitCode> {
  return withReviews(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const set = await workspace.reviews.get(runId);
    const conflicts = await workspace.reviews.conflicts(runId);
    if (options.patch === true) {
      for (const patch of await workspace.reviews.patches(runId)) ctx.stdout.write(patch);
    } else if (options.json === true) printLine(ctx.stdout, JSON.stringify({ ...set, conflicts }));
    else {
      printCutOff(ctx, set);
      printTree(ctx, set, conflicts);
    }
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
      printLine(ctx.stdout, `  ${file.path}  ${file.kind}${modeChange(file)}${flag}`);
      for (const { hunkId, added, removed, state, baseStart } of hunks) {
        printLine(ctx.stdout, `    ${hunkId}  line ${baseStart}  +${added} -${removed}  ${state}`);
      }
    }
  }
  if (set.files.length === 0) printLine(ctx.stdout, 'No proposed changes.');
  for (const conflict of conflicts) if (conflict.state === 'open') printConflict(ctx, conflict);
}

/** A change of the executable bit is easily overlooked among lines. */
function modeChange({ baseMode, mode, kind }: FileProposal): string {
  if (baseMode === undefined || baseMode === mode || kind === 'delete') return '';
  return `  mode ${baseMode.toString(8)} → ${mode.toString(8)}`;
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
