import { devNull } from 'node:os';
import path from 'node:path';

/** Environment for the user's own repository: their configuration counts, nothing is ever written or asked. */
export function userGitEnvironment(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...withoutGitVariables(base),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

/** Environment for the shadow repository: no configuration but its own. */
export function shadowGitEnvironment(base: NodeJS.ProcessEnv, gitDir: string): NodeJS.ProcessEnv {
  return {
    ...userGitEnvironment(base),
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_DIR: gitDir,
    GIT_LITERAL_PATHSPECS: '1',
  };
}

/** Value of GIT_ALTERNATE_OBJECT_DIRECTORIES for these folders. */
export function alternatesValue(objectDirectories: readonly string[]): string {
  return objectDirectories
    .map((directory) => (/[":]/u.test(directory) ? quoteForGit(directory) : directory))
    .join(path.delimiter);
}

function quoteForGit(directory: string): string {
  if (path.delimiter === ';') return directory;
  return `"${directory.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function withoutGitVariables(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(base).filter(([name]) => !name.startsWith('GIT_')));
}
