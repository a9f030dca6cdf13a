/** The folders that a command has for itself. */
import path from 'node:path';
import { DEPENDENCY_FOLDERS } from '../../git/dependencyFolders.ts';
import { scratchHomeOf } from '../../git/scratchHome.ts';
import type { Scratch } from './sandboxPolicy.ts';

/** Those of a materialised tree; `fixed` names also folders that it does not have. */
export function scratchOf(tree: string): Scratch {
  const fixed = DEPENDENCY_FOLDERS.map((name) => path.join(tree, name));
  return { tree, home: scratchHomeOf(tree), fixed };
}
