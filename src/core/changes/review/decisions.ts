import { assertNever } from '../../../base/assertNever.ts';
import type { Decision, FileRights } from '../../../protocol/proposals.ts';

type Intent = Extract<Decision, { type: 'intent' }>;

/** One file of an accept or an undo; `open` until an outcome names it. */
export interface DecidedWrite {
  readonly path: string;
  readonly hunkIds: readonly string[];
  readonly beforeSha256: string | null;
  readonly afterSha256: string | null;
  readonly beforeMode: number;
  /** Null where the file does not exist afterwards, or an older version wrote the log. */
  readonly afterMode: number | null;
  /** Null where the file did not exist, or an older version wrote the log. */
  readonly beforeRights: FileRights | null;
  /** Folders above the file that did not exist, outermost first. */
  readonly madeFolders: readonly string[];
  /** Folders above the file that an undo removes when they are empty, outermost first. */
  readonly emptyFolders: readonly string[];
  readonly status: 'open' | 'written' | 'refused';
  /** Why it was refused. */
  readonly reason: string | null;
  /** An undo of this write was carried out. */
  readonly undone: boolean;
}

/** An accept or an undo as the log has it so far. */
export interface DecidedApply {
  readonly decisionId: string;
  readonly action: 'accept' | 'undo';
  readonly undoes: string | null;
  readonly at: number;
  readonly by: string;
  readonly writes: readonly DecidedWrite[];
  /** Its process or window ended before it was done; what came of it was found out from the files. */
  readonly isCutOff: boolean;
}

/** What all decisions of a run come to. Hunks that are not in `hunkStates` are undecided. */
export interface DecisionsState {
  readonly hunkStates: ReadonlyMap<string, 'accepted' | 'rejected'>;
  /** Edits that were kept aside and that the user does not want. */
  readonly discardedAside: ReadonlySet<string>;
  /** Accepted hunks of each path, oldest first. */
  readonly acceptedByPath: ReadonlyMap<string, readonly string[]>;
  /** Accepts and undos, oldest first. */
  readonly applies: readonly DecidedApply[];
  /** The last decision of all, when it is an accept or an undo. */
  readonly lastApply: DecidedApply | null;
}

/** Nothing decided yet. */
export const NO_DECISIONS: DecisionsState = foldDecisions([]);

/** Folds the lines of decisions.jsonl. A write counts only after its outcome said so. */
export function foldDecisions(decisions: readonly Decision[]): DecisionsState {
  const applies = new Map<string, MutableApply>();
  const rejected = new Set<string>();
  const discarded = new Set<string>();
  let lastId: string | null = null;
  for (const decision of decisions) {
    lastId = decision.decisionId;
    switch (decision.type) {
      case 'intent':
        applies.set(decision.decisionId, openApply(decision));
        break;
      case 'outcome':
        closeWrites(applies, decision);
        break;
      case 'reject':
        for (const hunkId of decision.hunkIds) rejected.add(hunkId);
        for (const conflictId of decision.conflictIds ?? []) discarded.add(conflictId);
        break;
      case 'restore':
        for (const hunkId of decision.hunkIds) rejected.delete(hunkId);
        for (const conflictId of decision.conflictIds ?? []) discarded.delete(conflictId);
        break;
      default:
        assertNever(decision);
    }
  }
  const lastApply = lastId === null ? null : (applies.get(lastId) ?? null);
  const summary = summarise([...applies.values()], rejected);
  return { ...summary, discardedAside: discarded, lastApply };
}

/** Accepts and undos with writes of unknown outcome: the process ended between intent and outcome. */
export function openApplies(state: DecisionsState): readonly DecidedApply[] {
  return state.applies.filter((apply) => apply.writes.some((write) => write.status === 'open'));
}

/** The newest accept that has something left to undo; null when there is none. */
export function lastUndoable(state: DecisionsState): DecidedApply | null {
  return (
    state.applies.findLast(
      (apply) =>
        apply.action === 'accept' &&
        apply.writes.some((write) => write.status === 'written' && !write.undone),
    ) ?? null
  );
}

type MutableWrite = { -readonly [Key in keyof DecidedWrite]: DecidedWrite[Key] };

interface MutableApply extends DecidedApply {
  readonly writes: readonly MutableWrite[];
  isCutOff: boolean;
}

function openApply(intent: Intent): MutableApply {
  const { decisionId, action, undoes, at, by } = intent;
  const writes = intent.writes.map((write) => ({
    ...write,
    afterMode: write.afterMode ?? null,
    beforeRights: write.beforeRights ?? null,
    madeFolders: write.madeFolders ?? [],
    emptyFolders: write.emptyFolders ?? [],
    status: 'open' as const,
    reason: null,
    undone: false,
  }));
  return { decisionId, action, undoes, at, by, writes, isCutOff: false };
}

function closeWrites(
  applies: ReadonlyMap<string, MutableApply>,
  outcome: Extract<Decision, { type: 'outcome' }>,
): void {
  const apply = applies.get(outcome.decisionId);
  if (apply !== undefined && outcome.reconciled === true) apply.isCutOff = true;
  for (const { path, ...result } of outcome.outcomes) {
    const write = apply?.writes.find((candidate) => candidate.path === path);
    // The first outcome stands: a repeated report must not turn a written file into a refused one.
    if (apply === undefined || write?.status !== 'open') continue;
    write.status = result.type;
    write.reason = result.type === 'refused' ? result.reason : null;
    if (write.status === 'written' && apply.undoes !== null)
      markUndone(applies.get(apply.undoes), path);
  }
}

function markUndone(undone: MutableApply | undefined, path: string): void {
  for (const write of undone?.writes ?? []) if (write.path === path) write.undone = true;
}

function summarise(
  applies: readonly DecidedApply[],
  rejected: ReadonlySet<string>,
): Pick<DecisionsState, 'hunkStates' | 'acceptedByPath' | 'applies'> {
  const hunkStates = new Map<string, 'accepted' | 'rejected'>();
  const acceptedByPath = new Map<string, string[]>();
  for (const hunkId of rejected) hunkStates.set(hunkId, 'rejected');
  for (const { action, writes } of applies) {
    if (action !== 'accept') continue;
    for (const { path, hunkIds, status, undone } of writes) {
      if (status !== 'written' || undone) continue;
      const accepted = acceptedByPath.get(path) ?? [];
      acceptedByPath.set(path, accepted);
      for (const hunkId of hunkIds) {
        if (hunkStates.get(hunkId) !== 'accepted') accepted.push(hunkId);
        hunkStates.set(hunkId, 'accepted');
      }
    }
  }
  return { hunkStates, acceptedByPath, applies };
}
