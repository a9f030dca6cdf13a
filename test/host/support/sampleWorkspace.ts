import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sampleDirectory = path.resolve(import.meta.dirname, '../../../media/sample');

/** Files that stand in a workspace beside the sample's own: bytes by path. */
export type ExtraFiles = Readonly<Record<string, string | Uint8Array>>;

/** Copies the bundled sample project and commits it, with extra files, as its user would have. */
export async function createSampleWorkspace(directory: string, extra: ExtraFiles = {}) {
  cpSync(await committedSample(), directory, { recursive: true });
  // Git's index knows files by their inodes and times, and those of a copy are others.
  if (Object.keys(extra).length === 0) await git(directory, 'update-index', '--refresh');
  else {
    await writeFiles(directory, extra);
    await commit(directory, '--amend');
  }
}

let committed: Promise<string> | undefined;

/** The sample with its first commit, made once in this process: each test needs a copy. */
function committedSample(): Promise<string> {
  committed ??= commitSample();
  return committed;
}

async function commitSample(): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'muster-committed-'));
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true });
  });
  cpSync(sampleDirectory, directory, { recursive: true });
  await git(directory, 'init', '--quiet', '--initial-branch=main');
  await commit(directory);
  return directory;
}

async function commit(directory: string, ...flags: readonly string[]): Promise<void> {
  await git(directory, 'add', '--all');
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
  await git(directory, ...author, 'commit', '--quiet', '--message=sample', ...flags);
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
