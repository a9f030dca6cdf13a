import { appendAll } from '../../../base/appendAll.ts';
import type { PlanProblem, Selection } from '../../../protocol/proposals.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { carryOver } from '../tree/carryOver.ts';
import type { DecisionsState } from './decisions.ts';
import { sameBytes } from '../text/fileContent.ts';
import { contentOf, describeUnreadable, type LiveFile, type ReadLive } from './liveFile.ts';
import { toPlannedDecision, type PlannedDecision, type WriteStep } from './plannedDecision.ts';
import type { FileRecord, ProposalRecord } from '../proposalRecord.ts';
import { composeFile, loadReviewFile, type ContentSource, type ReviewFile } from './reviewFile.ts';
import { resolveSelection, type SelectedFile } from './selection.ts';

/** What every review operation works from; it may come from the running run or from its folder. */
export interface ReviewedRun {
  readonly record: ProposalRecord;
  readonly decisions: DecisionsState;
  readonly contents: ContentSource;
  readonly readLive: ReadLive;
}

/**
 * Plans to write the selected hunks into the files as they are now. A file that changed meanwhile gets
 * the hunks merged in; a hunk that does not fit is a problem and stays pending. Nothing is overwritten.
 */
export async function planAccept(
  review: ReviewedRun,
  options: { readonly selection: Selection; readonly decisionId: string },
): Promise<PlannedDecision> {
  const { record, decisions } = review;
  const { selection, decisionId } = options;
  const resolved = resolveSelection(record, decisions, { selection, flagged: 'leftOut' });
  const problems = [...resolved.problems];
  const steps: WriteStep[] = [];
  for (const selected of resolved.files) {
    const planned = await planFile(review, selected);
    appendAll(problems, planned.problems);
    if (planned.step !== null) steps.push(planned.step);
  }
  const { runId } = record;
  return toPlannedDecision({ runId, decisionId, action: 'accept', problems }, steps);
}

/** Pending hunks that no longer fit on the files as they are now, with the reason; for the named files or for all. */
export async function findUnfit(
  review: ReviewedRun,
  paths: readonly string[] | null,
): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  for (const file of review.record.files) {
    if (paths !== null && !paths.includes(file.path)) continue;
    const hunkIds = file.current.hunks
      .map((hunk) => hunk.hunkId)
      .filter((hunkId) => !review.decisions.hunkStates.has(hunkId));
    if (hunkIds.length === 0) continue;
    const { problems } = await planFile(review, { file, hunkIds });
    for (const problem of problems)
      for (const hunkId of problem.hunkIds) reasons.set(hunkId, problem.reason);
  }
  return reasons;
}

interface FilePlan {
  readonly step: WriteStep | null;
  readonly problems: readonly PlanProblem[];
}

async function planFile(review: ReviewedRun, selected: SelectedFile): Promise<FilePlan> {
  const { file, hunkIds } = selected;
  const { path } = file;
  const twin = caseTwin(review.record, file);
  if (twin !== null) {
    const reason = `Cannot apply ${path}: ${twin} differs from it in letter case only, and many file systems would lose one of them. Rename the file by hand.`;
    return { step: null, problems: [{ path, hunkIds: [...hunkIds], reason }] };
  }
  const live = await review.readLive(path);
  if (live.type === 'unreadable') {
    const reason = describeUnreadable(path, live.reason);
    return { step: null, problems: [{ path, hunkIds: [...hunkIds], reason }] };
  }
  const reviewFile = await loadReviewFile(file, review.contents);
  const accepted = review.decisions.acceptedByPath.get(path) ?? [];
  return new FileFitting({ file: reviewFile, accepted, live }).plan(hunkIds);
}

/** The other half of a rename that changes letter case only. */
function caseTwin(record: ProposalRecord, file: FileRecord): string | null {
  const { kind } = file.current;
  if (kind !== 'create' && kind !== 'delete') return null;
  const wanted = kind === 'create' ? 'delete' : 'create';
  const folded = foldCase(file.path);
  const twin = record.files.find(
    (other) => other.current.kind === wanted && foldCase(other.path) === folded,
  );
  return twin?.path ?? null;
}

function foldCase(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

type ReadableFile = Exclude<LiveFile, { type: 'unreadable' }>;

/** Finds out which hunks fit together on one live file. */
class FileFitting {
  readonly #file: ReviewFile;
  readonly #accepted: readonly string[];
  readonly #found: ReadableFile;
  readonly #live: FileContent | null;
  /** What the live file would be if nobody but accepts had touched it. */
  readonly #expected: FileContent | null;
  readonly #problems: PlanProblem[] = [];

  constructor(options: {
    readonly file: ReviewFile;
    readonly accepted: readonly string[];
    readonly live: ReadableFile;
  }) {
    this.#file = options.file;
    this.#accepted = options.accepted;
    this.#found = options.live;
    this.#live = contentOf(options.live);
    this.#expected = composeFile(options.file, options.accepted);
  }

  plan(hunkIds: readonly string[]): FilePlan {
    const fitting = this.#fit([], hunkIds);
    if (fitting.length === 0) return { step: null, problems: this.#problems };
    const result = this.#carry(fitting);
    const before = this.#live;
    const after = result.type === 'fits' ? result.content : before;
    const rebased = !sameBytes(before, this.#expected) && !sameBytes(before, after);
    const { path } = this.#file.record;
    const step: WriteStep = {
      path,
      hunkIds: fitting,
      before,
      after,
      rebased,
      beforeRights: this.#found.type === 'file' ? this.#found.rights : null,
      rights: null,
      madeFolders: this.#found.type === 'missing' ? this.#found.missingFolders : [],
      emptyFolders: [],
    };
    return { step, problems: this.#problems };
  }

  /** The candidates that fit beside `chosen`, found by halving, so that many hunks cost few merges. */
  #fit(chosen: readonly string[], candidates: readonly string[]): readonly string[] {
    if (candidates.length === 0) return [];
    const result = this.#carry([...chosen, ...candidates]);
    if (result.type === 'fits') return candidates;
    if (candidates.length === 1) {
      const { path } = this.#file.record;
      this.#problems.push({ path, hunkIds: [...candidates], reason: result.reason });
      return [];
    }
    const middle = candidates.length >> 1;
    const left = this.#fit(chosen, candidates.slice(0, middle));
    return [...left, ...this.#fit([...chosen, ...left], candidates.slice(middle))];
  }

  #carry(chosen: readonly string[]): ReturnType<typeof carryOver> {
    return carryOver({
      path: this.#file.record.path,
      from: this.#expected,
      to: composeFile(this.#file, [...this.#accepted, ...chosen]),
      live: this.#live,
    });
  }
}
