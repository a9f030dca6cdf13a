/** The folders that a command has for itself. */
import path from 'node:path';
import { presentDependencies, stampFileOf } from '../../git/directories/dependencyFolders.ts';
import { DEPENDENCY_NAMES } from '../../git/directories/ignoredPaths.ts';
import { scratchHomeOf } from '../../git/directories/scratchHome.ts';
import type { Scratch } from './sandboxPolicy.ts';

/** Those of a materialised tree; `fixed` names also folders that it does not have. */
export async function scratchOf(tree: string): Promise<Scratch> {
  const nested = await presentDependencies(stampFileOf(tree));
  const fixed = [...new Set([...DEPENDENCY_NAMES, ...nested])].map((name) => path.join(tree, name));
  return { tree, home: scratchHomeOf(tree), fixed };
}
