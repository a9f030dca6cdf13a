import path from 'node:path';
import { sha256Hex } from '../node/sha256Hex.ts';

/** `new` holds what is about to be written, `old` keeps hold of what stood there until that is certain. */
type TemporaryRole = 'new' | 'old';

/** The two files that a write may have beside its target. */
export interface TemporaryFiles {
  readonly newFile: string;
  readonly oldFile: string;
}

/**
 * Names that follow from the decision and the path, so that whoever comes after a killed process finds
 * them without a search. Their length does not depend on the target's, which may be the longest that
 * the file system takes. src/paths hides names of this shape from snapshots, searches and proposals.
 */
export function temporaryFilesFor(write: {
  readonly decisionId: string;
  readonly path: string;
  readonly realFile: string;
}): TemporaryFiles {
  const name = sha256Hex(`${write.decisionId}\0${write.path}`);
  const fileFor = (role: TemporaryRole) =>
    path.join(path.dirname(write.realFile), `.${name.slice(0, 20)}.${role}.muster-tmp`);
  return { newFile: fileFor('new'), oldFile: fileFor('old') };
}
