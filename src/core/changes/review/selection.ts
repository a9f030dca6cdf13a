import { appendAll } from '../../../base/appendAll.ts';
import type { PlanProblem, Selection } from '../../../protocol/proposals.ts';
import type { DecisionsState } from './decisions.ts';
import type { FileRecord, ProposalRecord } from '../proposalRecord.ts';

/** Undecided hunks of one file that the user pointed at. */
export interface SelectedFile {
  readonly file: FileRecord;
  readonly hunkIds: readonly string[];
}

export interface ResolvedSelection {
  readonly files: readonly SelectedFile[];
  /** What was pointed at and cannot be part of it, with the reason. */
  readonly problems: readonly PlanProblem[];
}

/** Whether a selection that names neither files nor hunks reaches files that need an accept of their own. */
export type FlaggedFiles = 'included' | 'leftOut';

/** Finds the undecided hunks behind a selection. Naming what is decided already, or unknown, is a problem. */
export function resolveSelection(
  record: ProposalRecord,
  decisions: DecisionsState,
  options: { readonly selection: Selection; readonly flagged: FlaggedFiles },
): ResolvedSelection {
  const { selection, flagged } = options;
  const isBulk = selection.type === 'all' || selection.type === 'groups';
  const files: SelectedFile[] = [];
  const problems = unknownNames(record, selection);
  for (const file of record.files) {
    const named = file.current.hunks.filter((hunk) => isNamed(selection, file, hunk));
    const open = named.filter((hunk) => !decisions.hunkStates.has(hunk.hunkId));
    const hunkIds = open.map((hunk) => hunk.hunkId);
    if (selection.type === 'hunks')
      appendAll(problems, decidedProblems(file.path, named.map(idOf), decisions));
    if (hunkIds.length === 0) continue;
    if (isBulk && flagged === 'leftOut' && file.flag !== null)
      problems.push({ path: file.path, hunkIds, reason: flagReason(file.path, file.flag) });
    else files.push({ file, hunkIds });
  }
  return { files, problems };
}

function idOf(hunk: { readonly hunkId: string }): string {
  return hunk.hunkId;
}

/** Whether a selection points at a hunk of a file. */
export function isNamed(
  selection: Selection,
  file: FileRecord,
  hunk: { readonly hunkId: string; readonly groupId: string },
): boolean {
  switch (selection.type) {
    case 'all':
      return true;
    case 'groups':
      return selection.groupIds.includes(hunk.groupId);
    case 'files':
      return selection.paths.includes(file.path);
    case 'hunks':
      return selection.hunkIds.includes(hunk.hunkId);
    case 'conflicts':
      return false;
  }
}

function unknownNames(record: ProposalRecord, selection: Selection): PlanProblem[] {
  const problem = (path: string, hunkIds: string[], reason: string): PlanProblem => {
    return { path, hunkIds, reason };
  };
  switch (selection.type) {
    case 'all':
      return [];
    case 'groups': {
      const known = new Set(record.groups.map((group) => group.groupId));
      return selection.groupIds
        .filter((groupId) => !known.has(groupId))
        .map((groupId) => problem('', [], `There is no group ${groupId} in this run.`));
    }
    case 'files': {
      const known = new Set(record.files.map((file) => file.path));
      return selection.paths
        .filter((path) => !known.has(path))
        .map((path) => problem(path, [], `This run proposes no change of ${path}.`));
    }
    case 'hunks': {
      const known = new Set(record.files.flatMap((file) => file.current.hunks.map(idOf)));
      return selection.hunkIds
        .filter((hunkId) => !known.has(hunkId))
        .map((hunkId) =>
          problem('', [hunkId], `There is no hunk ${hunkId} any more. Review it again.`),
        );
    }
    // What was kept aside is no part of a file's hunks; see `selectConflicts`.
    case 'conflicts':
      return [];
  }
}

function decidedProblems(
  path: string,
  hunkIds: readonly string[],
  decisions: DecisionsState,
): PlanProblem[] {
  return hunkIds.flatMap((hunkId) => {
    const state = decisions.hunkStates.get(hunkId);
    if (state === undefined) return [];
    const advice = state === 'accepted' ? 'Undo the accept first.' : 'Restore it first.';
    const reason = `A hunk of ${path} is ${state} already. ${advice}`;
    return [{ path, hunkIds: [hunkId], reason }];
  });
}

function flagReason(path: string, flag: string): string {
  return `${path} needs an accept of its own. ${flag} Accept it by its name.`;
}
