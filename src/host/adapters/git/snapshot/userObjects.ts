import { userGitEnvironment } from '../gitEnvironment.ts';
import { isGitError } from '../gitError.ts';
import { runGit } from '../runGit.ts';
import type { GitCall } from '../runGit.ts';

/** What the user's own repositories can lend to the shadow repository. */
export interface UserObjects {
  readonly objectFolders: readonly string[];
  /** Trees of the folders of their last commits. */
  readonly folderTrees: readonly string[];
}

/** Asks the user's repositories where their objects are; one with other object ids than ours is passed over. */
export async function readUserObjects(options: {
  readonly repositories: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}): Promise<UserObjects> {
  const environment = userGitEnvironment(options.environment);
  const answers = await Promise.all(
    options.repositories.map((cwd) => readOne({ cwd, environment, signal: options.signal })),
  );
  return {
    objectFolders: answers.flatMap((answer) => answer.objectFolders),
    folderTrees: [...new Set(answers.flatMap((answer) => answer.folderTrees))],
  };
}

async function readOne(call: GitCall): Promise<UserObjects> {
  const query = ['rev-parse', '--show-object-format', '--path-format=absolute'];
  const [answer, trees] = await Promise.all([
    runGit([...query, '--git-path', 'objects'], call),
    runGit(['ls-tree', '-r', '-d', '--format=%(objecttype) %(objectname)', 'HEAD'], call).catch(
      (error: unknown) => {
        // A repository without a commit has no HEAD.
        if (isGitError(error)) return Buffer.alloc(0);
        throw error;
      },
    ),
  ]);
  const [format, folder] = answer.toString('utf8').split('\n');
  if (format !== 'sha1' || folder === undefined) return { objectFolders: [], folderTrees: [] };
  const lines = trees.toString('latin1').split('\n');
  const folderTrees = lines.flatMap((line) => (line.startsWith('tree ') ? [line.slice(5)] : []));
  return { objectFolders: [folder], folderTrees };
}
