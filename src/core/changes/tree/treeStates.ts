import type { FileContent, FileView, SnapshotUnderneath } from '../../ports/fileView.ts';
import type { PathHistory } from './pathHistory.ts';

/** Every state that the files of a tree ever had. */
export interface TreeStates {
  readonly snapshot: FileView;
  readonly histories: ReadonlyMap<string, PathHistory>;
}

/** The snapshot as a whole, as long as a version left it as it was. */
export function underneathAt(
  { snapshot, histories }: TreeStates,
  version: number,
): SnapshotUnderneath | undefined {
  const { underneath } = snapshot;
  if (underneath === undefined) return undefined;
  const isUnchanged = (path: string): boolean => histories.get(path)?.at(version) === undefined;
  return { corpus: underneath.corpus, isUnchanged };
}

/** Whether a file exists in a version. */
export function hasAt({ snapshot, histories }: TreeStates, path: string, version: number): boolean {
  const state = histories.get(path)?.at(version);
  return state === undefined ? snapshot.has(path) : state.content !== null;
}

/** A file's content in a version; null where it did not exist. */
export async function readAt(
  { snapshot, histories }: TreeStates,
  path: string,
  version: number,
): Promise<FileContent | null> {
  const history = histories.get(path);
  return history === undefined ? snapshot.read(path) : stateAt(history, version);
}

/** The same for a path that some merge has looked at. */
export function stateAt(history: PathHistory, version: number): FileContent | null {
  const state = history.at(version);
  return state === undefined ? history.base : state.content;
}
