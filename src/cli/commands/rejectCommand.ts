import { plural } from '../../base/format.ts';
import { countProposals } from '../../protocol/countProposals.ts';
import type { ProposalSet } from '../../protocol/proposals.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { withReviews } from '../openReviews.ts';
import { readSelections, type SelectOptions } from './selectOptions.ts';
import { findRun } from '../findRun.ts';

/** What `restore` names. */
export interface RestoreOptions extends CommonOptions {
  readonly hunk: readonly string[];
  readonly conflict: readonly string[];
}

/** `muster reject`: takes what was selected out of the proposal. */
export function rejectCommand(
  ctx: CliContext,
  name: string,
  options: SelectOptions,
): Promise<ExitCode> {
  return withReviews(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const set = await workspace.reviews.get(runId);
    for (const selection of readSelections(options, set)) {
      await workspace.reviews.reject(runId, selection);
    }
    printLine(ctx.stdout, `Rejected. ${describeRest(await workspace.reviews.get(runId))}`);
    return EXIT.ok;
  });
}

/** `muster restore`: makes what was rejected pending again. */
export function restoreCommand(
  ctx: CliContext,
  name: string,
  { hunk: hunkIds, conflict: conflictIds, ...options }: RestoreOptions,
): Promise<ExitCode> {
  return withReviews(ctx, options, async (workspace) => {
    if (hunkIds.length + conflictIds.length === 0)
      throw new CliError(EXIT.usage, 'Name what to restore: --hunk ID or --conflict ID.');
    const runId = await findRun(workspace, name);
    const set = await workspace.reviews.restore(runId, { hunkIds, conflictIds });
    printLine(ctx.stdout, `Restored. ${describeRest(set)}`);
    return EXIT.ok;
  });
}

function describeRest(set: ProposalSet): string {
  // A hunk that no longer fits is as undecided as any other.
  const unfit = set.files.flatMap((file) => file.hunks).filter(({ state }) => state === 'conflict');
  const { pending, conflicts } = countProposals(set);
  const rest = `${plural(pending + unfit.length, 'hunk')} still pending.`;
  const keptAside = conflicts - unfit.length;
  return keptAside === 0 ? rest : `${rest} ${plural(keptAside, 'edit')} kept aside.`;
}
