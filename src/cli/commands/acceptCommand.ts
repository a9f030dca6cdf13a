import { plural } from '../../base/format.ts';
import type {
  ApplyPlan,
  CutOffApply,
  ProposalSet,
  Selection,
  WriteOutcome,
} from '../../protocol/proposals.ts';
import { carryOutPlan } from '../../apply/carryOutPlan.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { EXIT, type ExitCode } from '../exitCodes.ts';
import { withWorkspace, type Workspace } from '../openWorkspace.ts';
import { printCutOff } from './cutOffNotice.ts';
import { readSelections, type SelectOptions } from './selectOptions.ts';
import { findRun } from '../findRun.ts';

export interface Accepted {
  readonly summary: string;
  readonly isComplete: boolean;
}

/** What `accept` takes. */
export interface AcceptOptions extends SelectOptions {
  /** Finish the accept or undo that was cut off. */
  readonly finish?: boolean | undefined;
}

/** `muster accept`: applies what was selected to the workspace. */
export function acceptCommand(
  ctx: CliContext,
  name: string,
  options: AcceptOptions,
): Promise<ExitCode> {
  return withWorkspace(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const set = await workspace.reviews.get(runId);
    if (options.finish === true) return finishCutOff(ctx, workspace, set);
    printCutOff(ctx, set);
    let isComplete = true;
    let seen = set;
    for (const selection of readSelections(options, set)) {
      const accepted = await acceptSelection(workspace, runId, { selection, seen });
      isComplete &&= accepted.isComplete;
      printLine(ctx.stdout, accepted.summary);
      // What this command has just accepted is not somebody else's doing.
      seen = await workspace.reviews.get(runId);
    }
    printKeptAside(ctx, set);
    return isComplete ? EXIT.ok : EXIT.failed;
  });
}

async function finishCutOff(
  ctx: CliContext,
  workspace: Workspace,
  { runId, cutOff }: ProposalSet,
): Promise<ExitCode> {
  if (cutOff === undefined) {
    printLine(ctx.stdout, 'Nothing to finish: the last accept or undo was not cut off.');
    return EXIT.ok;
  }
  const done = await finish(workspace, runId, cutOff);
  printLine(ctx.stdout, done.summary);
  return done.isComplete ? EXIT.ok : EXIT.failed;
}

async function finish(
  workspace: Workspace,
  runId: string,
  { action, undoes, restHunkIds }: CutOffApply,
): Promise<Accepted> {
  if (action === 'accept') {
    const selection = { type: 'hunks' as const, hunkIds: restHunkIds };
    return acceptSelection(workspace, runId, { selection });
  }
  return carryOut(workspace, await workspace.reviews.undo(runId, undoes, []), 'Undone in');
}

/** An accept never takes these along, and whoever accepted everything must not take them for done. */
function printKeptAside(ctx: CliContext, set: ProposalSet): void {
  const open = set.conflicts.filter((conflict) => conflict.state === 'open').length;
  if (open === 0) return;
  const what = `${plural(open, 'edit')} that did not fit`;
  printLine(ctx.stdout, `Kept aside: ${what}. See them with: muster proposals ${set.runId}`);
}

/** `muster undo`: takes one accept back, the newest when none is named. */
export function undoCommand(
  ctx: CliContext,
  name: string,
  decisionId: string | undefined,
  options: CommonOptions,
): Promise<ExitCode> {
  return withWorkspace(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const plan = await workspace.reviews.undo(runId, decisionId ?? null, []);
    const done = await carryOut(workspace, plan, 'Undone in');
    printLine(ctx.stdout, done.summary);
    return done.isComplete ? EXIT.ok : EXIT.failed;
  });
}

/** Accepts and says in words what was written and what was not; `seen` is what the user decided upon. */
export async function acceptSelection(
  workspace: Workspace,
  runId: string,
  choice: { readonly selection: Selection; readonly seen?: ProposalSet },
): Promise<Accepted> {
  const { selection, seen } = choice;
  const decided = seen === undefined ? undefined : decidedIn(seen);
  const plan = await workspace.reviews.accept(runId, selection, [], decided);
  return carryOut(workspace, plan, 'Applied to');
}

function decidedIn(set: ProposalSet): ReadonlySet<string> {
  const hunks = set.files.flatMap((file) => file.hunks);
  return new Set(hunks.filter((hunk) => !isPending(hunk)).map((hunk) => hunk.hunkId));
}

async function carryOut(workspace: Workspace, plan: ApplyPlan, verb: string): Promise<Accepted> {
  const outcomes = await carryOutPlan(plan, { folder: workspace.services.workspace });
  if (plan.writes.length > 0) {
    await workspace.reviews.applied(plan.runId, plan.decisionId, outcomes);
  }
  return describe(plan, outcomes, verb);
}

function describe(plan: ApplyPlan, outcomes: readonly WriteOutcome[], verb: string): Accepted {
  const written = outcomes.filter((outcome) => outcome.type === 'written');
  const reasons = [
    ...outcomes.flatMap((outcome) => (outcome.type === 'refused' ? [outcome.reason] : [])),
    ...plan.problems.map((problem) => problem.reason),
  ];
  const lines = [`${verb} ${plural(written.length, 'file')} (decision ${plan.decisionId}).`];
  if (plan.writes.length + reasons.length === 0) lines.push('  nothing there is pending anymore.');
  for (const reason of reasons) lines.push(`  not applied: ${reason}`);
  for (const { path, note } of written) {
    if (note !== undefined) lines.push(`  note: ${path}: ${note}`);
  }
  return { summary: lines.join('\n'), isComplete: reasons.length === 0 };
}

function isPending(hunk: { readonly state: string }): boolean {
  return hunk.state === 'pending' || hunk.state === 'conflict';
}
