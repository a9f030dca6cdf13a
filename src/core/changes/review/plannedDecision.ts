import type { ApplyPlan, Decision, PlannedWrite } from '../../../protocol/proposals.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { contentSha256 } from '../text/fileContent.ts';

/** The present content of a workspace file (an open editor's text where there is one); null when it does not exist. */
export type ReadLive = (path: string) => Promise<FileContent | null>;

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

function toWrite({ path, hunkIds, before, after, rebased }: WriteStep): PlannedWrite {
  return {
    path,
    hunkIds: [...hunkIds],
    expectedSha256: contentSha256(before),
    newBytesBase64: after === null ? null : Buffer.from(after.bytes).toString('base64'),
    newSha256: contentSha256(after),
    mode: after?.mode ?? before?.mode ?? 0,
    rebased,
  };
}

function toIntentWrite({ path, hunkIds, before, after }: WriteStep): Intent['writes'][number] {
  return {
    path,
    hunkIds: [...hunkIds],
    beforeSha256: contentSha256(before),
    afterSha256: contentSha256(after),
    beforeMode: before?.mode ?? after?.mode ?? 0,
  };
}
