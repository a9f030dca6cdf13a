import { errorCode } from '../../../base/errorText.ts';
import type { PlanProblem } from '../../../protocol/proposals.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { carryOver } from '../tree/carryOver.ts';
import {
  lastUndoable,
  type DecidedApply,
  type DecidedWrite,
  type DecisionsState,
} from './decisions.ts';
import { contentOf } from './liveFile.ts';
import { sameBytes, sameContent } from '../text/fileContent.ts';
import type { ReviewedRun } from './planAccept.ts';
import { toPlannedDecision, type PlannedDecision, type WriteStep } from './plannedDecision.ts';
import type { ContentSource } from './reviewFile.ts';

export type UndoPlan =
  | { readonly type: 'planned'; readonly undoes: string; readonly planned: PlannedDecision }
  | { readonly type: 'nothing'; readonly reason: string };

/**
 * Plans to take back one accept (the newest one when none is named) from the bytes stored with it. Later
 * edits elsewhere in the files stay; where they overlap the accept, that file is a problem and is left alone.
 */
export async function planUndo(
  review: ReviewedRun,
  options: { readonly undoes: string | null; readonly decisionId: string },
): Promise<UndoPlan> {
  const found = findTarget(review, options.undoes);
  if (found.type === 'nothing') return found;
  const steps: WriteStep[] = [];
  const problems: PlanProblem[] = [];
  for (const write of found.target.writes) {
    if (write.status !== 'written' || write.undone) continue;
    const planned = await planWrite(review, write);
    if (planned.type === 'step') steps.push(planned.step);
    else problems.push(planned.problem);
  }
  const { runId } = review.record;
  const head = { runId, decisionId: options.decisionId, action: 'undo' as const, problems };
  const planned = toPlannedDecision(head, steps);
  return { type: 'planned', undoes: found.target.decisionId, planned };
}

type Target =
  | { readonly type: 'target'; readonly target: DecidedApply }
  | { readonly type: 'nothing'; readonly reason: string };

function findTarget(review: ReviewedRun, decisionId: string | null): Target {
  if (decisionId === null) {
    const target = lastUndoable(review.decisions);
    if (target !== null) return { type: 'target', target };
    return { type: 'nothing', reason: 'Nothing to undo: no accept of this run is in effect.' };
  }
  const target = review.decisions.applies.find((apply) => apply.decisionId === decisionId);
  if (target === undefined)
    return { type: 'nothing', reason: `Cannot undo ${decisionId}: there is no such decision.` };
  if (target.action === 'undo')
    return {
      type: 'nothing',
      reason: `Cannot undo ${decisionId}: it is an undo. Accept the hunks again instead.`,
    };
  if (!target.writes.some((write) => write.status === 'written' && !write.undone))
    return {
      type: 'nothing',
      reason: `Cannot undo ${decisionId}: nothing of it is in effect.`,
    };
  return { type: 'target', target };
}

type WritePlan =
  | { readonly type: 'step'; readonly step: WriteStep }
  | { readonly type: 'problem'; readonly problem: PlanProblem };

async function planWrite(review: ReviewedRun, write: DecidedWrite): Promise<WritePlan> {
  const { path } = write;
  const hunkIds = [...write.hunkIds];
  const found = await review.readLive(path);
  if (found.type === 'unreadable') {
    const reason = `Cannot undo ${path}: ${found.reason} Put the file back and try again.`;
    return { type: 'problem', problem: { path, hunkIds, reason } };
  }
  const live = contentOf(found);
  const afterMode = write.afterMode ?? live?.mode ?? write.beforeMode;
  const after = await stored(review.contents, write.afterSha256, afterMode);
  const before = await stored(review.contents, write.beforeSha256, undoneMode(review, write, live));
  if (after === 'lost' || before === 'lost') {
    const reason = `Cannot undo ${path}: the bytes stored with that accept are gone.`;
    return { type: 'problem', problem: { path, hunkIds, reason } };
  }
  const step = (content: FileContent | null, rebased: boolean): WriteStep => ({
    path,
    hunkIds,
    before: live,
    after: content,
    rebased,
    beforeRights: found.type === 'file' ? found.rights : null,
    rights: write.beforeRights,
    madeFolders: found.type === 'missing' ? found.missingFolders : [],
    emptyFolders: content === null ? madeFoldersAbove(review.decisions, path) : [],
  });
  // An accept that found its text already there wrote nothing, so there is nothing to take back.
  if (sameContent(after, before)) return { type: 'step', step: step(live, false) };
  const result = carryOver({ path, from: after, to: before, live });
  if (result.type === 'conflict')
    return { type: 'problem', problem: { path, hunkIds, reason: result.reason } };
  const rebased = !sameBytes(live, after) && !sameBytes(live, result.content);
  return { type: 'step', step: step(result.content, rebased) };
}

/** Folders above a file that accepts of this run made, outermost first: the run leaves none of them empty. */
function madeFoldersAbove({ applies }: DecisionsState, path: string): readonly string[] {
  const made = applies.flatMap(({ action, writes }) => {
    return action === 'accept' ? writes.flatMap(({ madeFolders }) => madeFolders) : [];
  });
  const above = [...new Set(made)].filter((folder) => path.startsWith(`${folder}/`));
  return above.sort((a, b) => a.length - b.length);
}

/** The mode goes back with the bytes only where the accept had set it and nobody changed it since. */
function undoneMode(review: ReviewedRun, write: DecidedWrite, live: FileContent | null): number {
  if (live === null) return write.beforeMode;
  if (write.afterMode !== null) return live.mode === write.afterMode ? write.beforeMode : live.mode;
  // The log of an older version does not tell what the accept had set.
  const file = review.record.files.find((candidate) => candidate.path === write.path);
  const proposedMode = file?.current.proposed?.mode;
  const acceptSetIt = file?.base?.mode !== proposedMode && live.mode === proposedMode;
  return acceptSetIt ? write.beforeMode : live.mode;
}

async function stored(
  contents: ContentSource,
  sha256: string | null,
  mode: number,
): Promise<FileContent | null | 'lost'> {
  if (sha256 === null) return null;
  try {
    return { bytes: await contents.get(sha256), mode };
  } catch (error) {
    if (errorCode(error) === 'not_found') return 'lost';
    throw error;
  }
}
