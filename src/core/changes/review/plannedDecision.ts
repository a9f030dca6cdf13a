import type { ApplyPlan, Decision, FileRights, PlannedWrite } from '../../../protocol/proposals.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { contentSha256 } from '../text/fileContent.ts';

type Intent = Extract<Decision, { type: 'intent' }>;

/**
 * A plan with all that must be durable before it is handed out: first the blobs, then the intent. The
 * blobs hold the bytes before and after each write, which is what an undo works from.
 */
export interface PlannedDecision {
  readonly plan: ApplyPlan;
  readonly intentWrites: Intent['writes'];
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** One write as the planners see it. */
export interface WriteStep {
  readonly path: string;
  readonly hunkIds: readonly string[];
  readonly before: FileContent | null;
  readonly after: FileContent | null;
  readonly rebased: boolean;
  /** What the file on disk has before; null where there is none. */
  readonly beforeRights: FileRights | null;
  /** What an undo gives back; null where the file keeps its own. */
  readonly rights: FileRights | null;
  /** Folders that this write has to make, outermost first. */
  readonly madeFolders: readonly string[];
  /** Folders that an undo removes when they are empty. */
  readonly emptyFolders: readonly string[];
}

/** Puts steps into the shape that goes to the apply service and to the log. */
export function toPlannedDecision(
  head: Pick<ApplyPlan, 'runId' | 'decisionId' | 'action' | 'problems'>,
  steps: readonly WriteStep[],
): PlannedDecision {
  const blobs = new Map<string, Uint8Array>();
  for (const content of steps.flatMap((step) => [step.before, step.after])) {
    const sha256 = contentSha256(content);
    if (content !== null && sha256 !== null) blobs.set(sha256, content.bytes);
  }
  const { runId, decisionId, action, problems } = head;
  const plan = { runId, decisionId, action, writes: deletesLast(steps).map(toWrite), problems };
  return { plan, intentWrites: deletesLast(steps).map(toIntentWrite), blobs };
}

/** The line that must be durable before the plan leaves the host. */
export function intentOf(
  planned: PlannedDecision,
  options: { readonly at: number; readonly by: string; readonly undoes: string | null },
): Intent {
  const { decisionId, action } = planned.plan;
  return { type: 'intent', decisionId, action, writes: planned.intentWrites, ...options };
}

/** A moved file stands at its new place before the old one goes. */
function deletesLast(steps: readonly WriteStep[]): WriteStep[] {
  const deletes = steps.filter((step) => step.after === null);
  return [...steps.filter((step) => step.after !== null), ...deletes];
}

function toWrite(step: WriteStep): PlannedWrite {
  const { path, hunkIds, before, after, rebased, rights, emptyFolders } = step;
  return {
    path,
    hunkIds: [...hunkIds],
    expectedSha256: contentSha256(before),
    expectedMode: before?.mode ?? null,
    newBytesBase64: after === null ? null : Buffer.from(after.bytes).toString('base64'),
    newSha256: contentSha256(after),
    mode: after?.mode ?? before?.mode ?? 0,
    rebased,
    rights,
    emptyFolders: [...emptyFolders],
  };
}

function toIntentWrite(step: WriteStep): Intent['writes'][number] {
  const { path, hunkIds, before, after, beforeRights, madeFolders, emptyFolders } = step;
  return {
    path,
    hunkIds: [...hunkIds],
    beforeSha256: contentSha256(before),
    afterSha256: contentSha256(after),
    beforeMode: before?.mode ?? after?.mode ?? 0,
    ...(after === null ? {} : { afterMode: after.mode }),
    ...(beforeRights === null ? {} : { beforeRights }),
    ...(madeFolders.length === 0 ? {} : { madeFolders: [...madeFolders] }),
    ...(emptyFolders.length === 0 ? {} : { emptyFolders: [...emptyFolders] }),
  };
}
