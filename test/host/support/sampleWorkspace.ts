import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sampleDirectory = path.resolve(import.meta.dirname, '../../../media/sample');

/** Files that stand in a workspace beside the sample's own: bytes by path. */
export type ExtraFiles = Readonly<Record<string, string | Uint8Array>>;

/** Copies the bundled sample project and commits it, with extra files, as its user would have. */
export async function createSampleWorkspace(directory: string, extra: ExtraFiles = {}) {
  await cp(sampleDirectory, directory, { recursive: true });
  await writeFiles(directory, extra);
  await git(directory, 'init', '--quiet', '--initial-branch=main');
  await git(directory, 'add', '--all');
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
  await git(directory, ...author, 'commit', '--quiet', '--message=sample');
}

/** Writes files under a folder, making the folders between. */
export async function writeFiles(directory: string, files: ExtraFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** Runs git there, apart from the machine's own settings. */
export async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const { stdout } = await run('git', ['-c', 'core.autocrlf=false', ...args], {
    cwd: directory,
    env,
  });
  return stdout;
}

/** Every file below a folder by relative path, without git's own. */
export async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith(`.git${path.sep}`))
    .sort();
}

/** Git's mode and the hash of every file, so that two states of a folder can be compared. */
export async function fingerprint(directory: string): Promise<Record<string, string>> {
  const prints: Record<string, string> = {};
  for (const name of await listFiles(directory)) {
    const file = path.join(directory, name);
    const hash = createHash('sha256').update(await readFile(file));
    const isExecutable = ((await stat(file)).mode & 0o100) !== 0;
    prints[name] = `${isExecutable ? 755 : 644} ${hash.digest('hex')}`;
  }
  return prints;
}
