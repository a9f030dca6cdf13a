import { plural } from '../../base/format.ts';
import type { ApplyPlan, ProposalSet, Selection, WriteOutcome } from '../../protocol/proposals.ts';
import { applyFiles } from '../applyFiles.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { findRun, withWorkspace, type Workspace } from '../openWorkspace.ts';

/** Selectors of `accept` and `reject`. */
export interface SelectOptions extends CommonOptions {
  readonly all?: boolean | undefined;
  readonly group: readonly string[];
  readonly file: readonly string[];
  readonly hunk: readonly string[];
}

export interface Accepted {
  readonly summary: string;
  readonly isComplete: boolean;
}

/** `muster accept`: applies what was selected to the workspace. */
export function acceptCommand(
  ctx: CliContext,
  name: string,
  options: SelectOptions,
): Promise<ExitCode> {
  return withWorkspace(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const set = await workspace.reviews.get(runId);
    let isComplete = true;
    let seen = set;
    for (const selection of readSelections(options, set)) {
      const accepted = await acceptSelection(workspace, runId, { selection, seen });
      isComplete &&= accepted.isComplete;
      printLine(ctx.stdout, accepted.summary);
      // What this command has just accepted is not somebody else's doing.
      seen = await workspace.reviews.get(runId);
    }
    return isComplete ? EXIT.ok : EXIT.failed;
  });
}

/** `muster reject`: takes what was selected out of the proposal. */
export function rejectCommand(
  ctx: CliContext,
  name: string,
  options: SelectOptions,
): Promise<ExitCode> {
  return withWorkspace(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const set = await workspace.reviews.get(runId);
    for (const selection of readSelections(options, set)) {
      await workspace.reviews.reject(runId, selection);
    }
    const after = await workspace.reviews.get(runId);
    const pending = after.files.flatMap((file) => file.hunks).filter(isPending).length;
    printLine(ctx.stdout, `Rejected. ${plural(pending, 'hunk')} still pending.`);
    return EXIT.ok;
  });
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
  const outcomes = await applyFiles(workspace.services.workspace, plan);
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
  if (plan.writes.length + reasons.length === 0) lines.push('  nothing there is pending any more.');
  for (const reason of reasons) lines.push(`  not applied: ${reason}`);
  return { summary: lines.join('\n'), isComplete: reasons.length === 0 };
}

function readSelections(options: SelectOptions, set: ProposalSet): Selection[] {
  const selections: Selection[] = [];
  if (options.all === true) selections.push({ type: 'all' });
  if (options.group.length > 0) {
    const groupIds = options.group.map((name) => groupIdFor(name, set));
    selections.push({ type: 'groups', groupIds });
  }
  if (options.file.length > 0) selections.push({ type: 'files', paths: [...options.file] });
  if (options.hunk.length > 0) selections.push({ type: 'hunks', hunkIds: [...options.hunk] });
  if (selections.length > 0) return selections;
  throw new CliError(EXIT.usage, 'Say what: --all, --group G, --file PATH or --hunk ID.');
}

function groupIdFor(name: string, set: ProposalSet): string {
  const group = set.groups.find(({ groupId, title }) => groupId === name || title === name);
  if (group !== undefined) return group.groupId;
  const titles = set.groups.map(({ title }) => title).join(', ');
  throw new CliError(EXIT.usage, `There is no group "${name}". There are: ${titles || 'none'}.`);
}

function isPending(hunk: { readonly state: string }): boolean {
  return hunk.state === 'pending' || hunk.state === 'conflict';
}
