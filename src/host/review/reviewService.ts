/**
 * Reviews of runs: what is proposed, what was decided, and the plans by which the apply service writes.
 * This is the only writer of decisions; it never writes into the workspace itself.
 */
import { errorText } from '../../base/errorText.ts';
import { foldDecisions } from '../../core/changes/review/decisions.ts';
import {
  describeKeptAside,
  type KeptAsideDescription,
} from '../../core/changes/review/describeKeptAside.ts';
import { findUnfit, planAccept, type ReviewedRun } from '../../core/changes/review/planAccept.ts';
import { intentOf, type PlannedDecision } from '../../core/changes/review/plannedDecision.ts';
import {
  planReject,
  planRestore,
  type DecisionHead,
  type RejectPlan,
} from '../../core/changes/review/planReject.ts';
import { planUndo } from '../../core/changes/review/planUndo.ts';
import { decidedMeanwhile } from '../../core/changes/review/decidedMeanwhile.ts';
import { keptSide, type KeptSide } from '../../core/changes/review/keptAside.ts';
import { filePatch } from '../../core/changes/patch/filePatch.ts';
import { fromByteText } from '../../core/changes/text/fileContent.ts';
import { toProposalSet } from '../../core/changes/proposals.ts';
import { baseSide, proposedSide, unmergedSide } from '../../core/changes/review/proposedSide.ts';
import { countProposals } from '../../protocol/countProposals.ts';
import type {
  ApplyPlan,
  KeptAside,
  OpenBuffer,
  ProposalSet,
  Selection,
  WriteOutcome,
} from '../../protocol/proposals.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { isLive } from '../../protocol/view/summarizeRun.ts';
import { makeRunReport } from '../runs/runReport.ts';
import type { RunReader } from '../runs/runReader.ts';
import { ApplyTurns } from './applyTurns.ts';
import { reviewedView } from './reviewedView.ts';
import { ReviewOpener, type OpenedReview } from './reviewOpener.ts';
import { isCutOff, settleCutOff } from './settleCutOff.ts';
import { runDirectory } from '../adapters/store/runFolders.ts';
import type { ReviewServices } from './reviewServices.ts';

/** Thrown when a review step cannot be taken; the message says why and what to do. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
  readonly code = 'conflict';
}

const contentSides = { base: baseSide, proposed: proposedSide, unmerged: unmergedSide };

/** An edit that was kept aside, with the places where it meets what others did. */
export type DescribedConflict = KeptAside & KeptAsideDescription;

interface DecisionOrder {
  readonly plan: (review: ReviewedRun, head: DecisionHead) => RejectPlan;
  /** What is said when there is nothing to decide. */
  readonly nothing: string;
}

export class ReviewService {
  readonly #services: ReviewServices;
  readonly #runs: RunReader;
  /** Who decides, for the log of decisions. */
  readonly #by: string;
  readonly #opener: ReviewOpener;
  readonly #turns: ApplyTurns;
  #onSettled: (runId: string) => void = () => undefined;

  constructor(services: ReviewServices, runs: RunReader, by: string) {
    this.#services = services;
    this.#runs = runs;
    this.#by = by;
    this.#opener = new ReviewOpener(services, runs);
    this.#turns = new ApplyTurns(services);
  }

  /** Calls back when an accept or undo that was cut off has been settled: what is pending changed. */
  onSettled(listener: (runId: string) => void): void {
    this.#onSettled = listener;
  }

  /** Everything proposed, with conflicts found against the files as they are now. */
  async get(runId: string, openBuffers: readonly OpenBuffer[] = []): Promise<ProposalSet> {
    const review = await this.#open(runId, openBuffers);
    const { record, decisions } = review;
    const agentLabels = await this.#agentLabels(record);
    return toProposalSet(record, decisions, {
      unfit: await findUnfit(review, null),
      agentLabels,
    });
  }

  /** Edits that did not fit the run's tree and were kept aside, each with both sides. */
  async conflicts(runId: string): Promise<readonly DescribedConflict[]> {
    const { record, decisions, contents } = await this.#open(runId, []);
    const agentLabels = await this.#agentLabels(record);
    const { conflicts } = toProposalSet(record, decisions, { agentLabels });
    const described = await describeKeptAside(record, contents);
    const byId = new Map(described.map((conflict) => [conflict.conflictId, conflict]));
    return conflicts.flatMap((conflict) => {
      const description = byId.get(conflict.conflictId);
      return description === undefined ? [] : [{ ...description, ...conflict }];
    });
  }

  /** Bytes of one side of an edit that was kept aside; null when the file does not exist on that side. */
  async conflictContent(request: {
    readonly runId: string;
    readonly conflictId: string;
    readonly side: KeptSide;
  }): Promise<Uint8Array | null> {
    const review = await this.#open(request.runId, []);
    return (await keptSide(review, request.conflictId, request.side))?.bytes ?? null;
  }

  /** All that is proposed and not rejected, as `git apply` reads it, one piece a file. */
  async patches(runId: string): Promise<readonly Uint8Array[]> {
    const review = await this.#open(runId, []);
    const patches: Uint8Array[] = [];
    for (const { path } of review.record.files) {
      const before = await baseSide(review, path);
      const after = await unmergedSide(review, path);
      patches.push(fromByteText(filePatch({ from: path, to: path, before, after })));
    }
    return patches;
  }

  /** Bytes of one side of a file's diff; null when the file does not exist on that side. */
  async content(request: {
    readonly runId: string;
    readonly path: string;
    readonly side: keyof typeof contentSides;
    readonly openBuffers: readonly OpenBuffer[];
  }): Promise<Uint8Array | null> {
    const review = await this.#open(request.runId, request.openBuffers);
    const side = contentSides[request.side];
    return (await side(review, request.path))?.bytes ?? null;
  }

  /**
   * Plans an accept. The bytes before and after, and the intent, are durable before the plan is handed out.
   * Until `applied` or `abandon` is called for a plan with writes, nobody else decides in this workspace.
   * `decided` are the hunks that whoever asks knows to be decided: any other that is by now is a problem.
   */
  async accept(
    runId: string,
    selection: Selection,
    openBuffers: readonly OpenBuffer[],
    decided?: ReadonlySet<string>,
  ): Promise<ApplyPlan> {
    const decidedBefore = decided ?? (await this.#decided(runId));
    return this.#turns.begin(async () => {
      const review = await this.#openInTurn(runId, openBuffers);
      const decisionId = this.#services.random.id();
      const planned = await planAccept(review, { selection, decisionId });
      const late = decidedMeanwhile(review, { selection, decidedBefore });
      const plan = { ...planned.plan, problems: [...planned.plan.problems, ...late] };
      return this.#recordIntent(runId, review, { planned: { ...planned, plan }, undoes: null });
    });
  }

  /** Plans to take back one accept, the newest when none is named. */
  undo(
    runId: string,
    decisionId: string | null,
    openBuffers: readonly OpenBuffer[],
  ): Promise<ApplyPlan> {
    return this.#turns.begin(async () => {
      const review = await this.#openInTurn(runId, openBuffers);
      const options = { undoes: decisionId, decisionId: this.#services.random.id() };
      const result = await planUndo(review, options);
      if (result.type === 'nothing') throw new ReviewError(result.reason);
      return this.#recordIntent(runId, review, result);
    });
  }

  /** Takes note of what the apply service did; only now does any hunk change its state. */
  async applied(
    runId: string,
    decisionId: string,
    outcomes: readonly WriteOutcome[],
  ): Promise<ProposalSet> {
    const at = this.#services.clock.nowMs();
    await this.#opener
      .log(runId)
      .append({ type: 'outcome', decisionId, at, outcomes: [...outcomes] });
    await this.#turns.end(decisionId);
    return this.get(runId);
  }

  /** Nobody will carry this plan out: lets the next one decide. Does nothing once its outcome is known. */
  abandon(decisionId: string): Promise<void> {
    return this.#turns.end(decisionId);
  }

  /** Gives up every plan that is being carried out. */
  dispose(): Promise<void> {
    return this.#turns.dispose();
  }

  /** Takes hunks out of the proposal, and discards edits that were kept aside. */
  reject(runId: string, selection: Selection): Promise<ProposalSet> {
    return this.#decide(runId, {
      plan: (review, head) => planReject(review, { ...head, selection }),
      nothing: 'Nothing left to reject there.',
    });
  }

  /** Makes rejected hunks and discarded edits undecided again. */
  restore(
    runId: string,
    named: { readonly hunkIds: readonly string[]; readonly conflictIds: readonly string[] },
  ): Promise<ProposalSet> {
    return this.#decide(runId, {
      plan: ({ decisions }, head) => planRestore(decisions, { ...head, ...named }),
      nothing: 'Nothing to restore: none of these are rejected.',
    });
  }

  /**
   * A run's view with what was decided since: counts of what is still pending, and the verdict of a tree
   * that is no longer proposed as it was verified. An interrupted run never came to count its proposals.
   */
  async withDecisions(view: RunView): Promise<RunView> {
    if (isLive(view)) return view;
    const isCounted = view.state !== 'interrupted';
    try {
      if (isCounted && (await this.#opener.log(view.runId).read()).length === 0) return view;
      return reviewedView(view, await this.#open(view.runId, []));
    } catch (error) {
      // One run whose snapshot or decisions are gone must not hide all the others.
      const facts = { runId: view.runId, reason: errorText(error) };
      this.#services.log.warn('review', 'cannot count proposals', facts);
      return view;
    }
  }

  async #decided(runId: string): Promise<ReadonlySet<string>> {
    return new Set(foldDecisions(await this.#opener.log(runId).read()).hunkStates.keys());
  }

  /** Whether something of an ended run waits for a decision; rejects when that cannot be known. */
  async isUnderReview(runId: string): Promise<boolean> {
    const view = await this.#runs.view(runId);
    // An interrupted run never came to count its proposals.
    const isCounted =
      view.state !== 'interrupted' && (await this.#opener.log(runId).read()).length === 0;
    if (isCounted) return view.proposals.pending + view.proposals.conflicts > 0;
    const { record, decisions } = await this.#open(runId, []);
    const { pending, conflicts } = countProposals(toProposalSet(record, decisions));
    return pending + conflicts > 0;
  }

  /** A decision that writes nothing into the workspace: one line of the log. */
  async #decide(runId: string, { plan, nothing }: DecisionOrder): Promise<ProposalSet> {
    await this.#turns.run(async () => {
      const review = await this.#openInTurn(runId, []);
      const decisionId = this.#services.random.id();
      const head = { decisionId, at: this.#services.clock.nowMs(), by: this.#by };
      const { decision, problems } = plan(review, head);
      if (decision === null) throw new ReviewError(problems[0]?.reason ?? nothing);
      await this.#opener.log(runId).append(decision);
    });
    return this.get(runId);
  }

  // Only edits that were kept aside show a name, and most runs have none.
  async #agentLabels({
    runId,
    conflicts,
  }: ReviewedRun['record']): Promise<ReadonlyMap<number, string>> {
    if (conflicts.length === 0) return new Map();
    const { agents } = await this.#runs.view(runId);
    return new Map(agents.map(({ agentId, label }) => [agentId, label]));
  }

  /** The report of a run, with what was decided since it ended. */
  async report(runId: string): Promise<string> {
    const view = await this.withDecisions(await this.#runs.view(runId));
    const directory = runDirectory(this.#services.stateDirectory, runId);
    return makeRunReport(directory, view, await this.#getIfThere(runId));
  }

  async #getIfThere(runId: string): Promise<ProposalSet | null> {
    try {
      return await this.get(runId);
    } catch (error) {
      // Whoever asks what a run did is to learn it, also when its snapshot is gone.
      this.#services.log.warn('review', 'no proposals', { runId, reason: errorText(error) });
      return null;
    }
  }

  async #recordIntent(
    runId: string,
    review: OpenedReview,
    decision: { readonly planned: PlannedDecision; readonly undoes: string | null },
  ): Promise<ApplyPlan> {
    const { planned, undoes } = decision;
    for (const bytes of planned.blobs.values()) await review.blobs.put(bytes);
    if (planned.plan.writes.length > 0) {
      const at = this.#services.clock.nowMs();
      await this.#opener.log(runId).append(intentOf(planned, { at, by: this.#by, undoes }));
    }
    return planned.plan;
  }

  /** A review in which nothing is open: what was cut off is settled, unless somebody is at it just now. */
  async #open(runId: string, openBuffers: readonly OpenBuffer[]): Promise<OpenedReview> {
    const review = await this.#opener.open(runId, openBuffers);
    if (!isCutOff(review)) return review;
    const settled = await this.#turns.tryRun(() => this.#openInTurn(runId, openBuffers));
    if (settled === null) return review;
    this.#onSettled(runId);
    return settled;
  }

  /** The same for who has the turn. */
  async #openInTurn(runId: string, openBuffers: readonly OpenBuffer[]): Promise<OpenedReview> {
    const review = await this.#opener.open(runId, openBuffers);
    if (!isCutOff(review)) return review;
    const { workspace, clock } = this.#services;
    const log = this.#opener.log(runId);
    await settleCutOff(review, { workspace, log, at: clock.nowMs() });
    return this.#opener.open(runId, openBuffers);
  }
}
