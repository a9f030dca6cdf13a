// What plain git takes for the work that a snapshot, a patch or a tree on disk consists of.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { timedNow } from './timed.ts';

interface GitPlace {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** `git add --all` and `git write-tree` with an index and objects of their own, twice. */
export function indexFloor(places: { readonly workspaceRoot: string; readonly folder: string }): {
  readonly coldFloorMs: number;
  readonly warmFloorMs: number;
} {
  const { workspaceRoot, folder } = places;
  const gitDir = path.join(workspaceRoot, '.git');
  const isRepository = existsSync(gitDir);
  const own = path.join(folder, 'floor.git');
  const start = (): GitPlace => {
    if (!isRepository) git({ cwd: folder }, 'init', '--quiet', '--bare', own);
    else mkdirSync(path.join(own, 'objects'), { recursive: true });
    const objects = path.join(gitDir, 'objects');
    const env = {
      GIT_DIR: isRepository ? gitDir : own,
      GIT_WORK_TREE: workspaceRoot,
      GIT_INDEX_FILE: path.join(folder, 'floor.index'),
      GIT_OBJECT_DIRECTORY: path.join(own, 'objects'),
      ...(isRepository ? { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects } : {}),
    };
    return { cwd: workspaceRoot, env };
  };
  const add = (place: GitPlace) => {
    git(place, 'add', '--all');
    git(place, 'write-tree');
    return place;
  };
  const [coldFloorMs, place] = timedNow(() => add(start()));
  const [warmFloorMs] = timedNow(() => add(place));
  return { coldFloorMs, warmFloorMs };
}

/** `git worktree add` of the last commit; not a number where there is no repository. */
export function worktreeFloorMs(workspaceRoot: string, directory: string): number {
  if (!existsSync(path.join(workspaceRoot, '.git'))) return 0;
  const place = { cwd: workspaceRoot };
  const [ms] = timedNow(() => git(place, 'worktree', 'add', '--quiet', '--detach', directory));
  git(place, 'worktree', 'remove', '--force', directory);
  return ms;
}

/** `git diff` between two trees of a repository. */
export function treeDiffFloorMs(gitDir: string, from: string, to: string): number {
  return timedNow(() => git({ cwd: gitDir }, 'diff', '--no-ext-diff', from, to))[0];
}

/** `git grep` over the files on disk, which need be no repository. */
export function grepFloorMs(cwd: string, kind: '-F' | '-P', pattern: string): number {
  const search = ['grep', '--no-index', '-n', '-I', kind, '-e', pattern];
  return timedNow(() => {
    try {
      git({ cwd }, ...search);
    } catch (error) {
      // 1: nothing was found, which takes as long.
      if (!(error instanceof Error && 'status' in error && error.status === 1)) throw error;
    }
  })[0];
}

/** `git read-tree -u` and `git clean` from one tree to a near one, in a directory of their own. */
export function switchFloor(places: {
  readonly shadow: string;
  readonly folder: string;
  readonly tree: string;
  readonly nearby: string;
}): { readonly switchFloorMs: number; readonly cleanFloorMs: number } {
  const directory = path.join(places.folder, 'floor-tree');
  mkdirSync(directory);
  const index = path.join(places.folder, 'floor-tree.index');
  const env = { GIT_DIR: places.shadow, GIT_WORK_TREE: directory, GIT_INDEX_FILE: index };
  const place = { cwd: directory, env };
  const checkOut = (tree: string) => {
    git(place, 'read-tree', '--reset', '-u', tree);
    git(place, 'clean', '-ffdxq');
  };
  checkOut(places.tree);
  const [switchFloorMs] = timedNow(() => checkOut(places.nearby));
  const [cleanFloorMs] = timedNow(() => checkOut(places.nearby));
  return { switchFloorMs, cleanFloorMs };
}

function git({ cwd, env = {} }: GitPlace, ...args: readonly string[]): void {
  const own = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', args, {
    cwd,
    env: { ...process.env, ...own, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 256 * 1024 * 1024,
  });
}
