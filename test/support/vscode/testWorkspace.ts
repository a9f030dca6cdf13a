import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryDir } from './paths.ts';

const run = promisify(execFile);
const sampleDir = path.join(repositoryDir, 'media/sample');

/** A folder that a test may change. */
export interface TestWorkspace {
  readonly dir: string;
  dispose(): Promise<void>;
}

/** Copies the bundled sample project, or the given files, to a committed git repository. */
export async function createTestWorkspace(
  files?: Readonly<Record<string, string>>,
): Promise<TestWorkspace> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'muster-workspace-'));
  if (files) await writeFiles(dir, files);
  else if (existsSync(sampleDir)) await cp(sampleDir, dir, { recursive: true });
  else await writeFiles(dir, { 'README.md': '# Sample\n' });
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
  await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: dir });
  await run('git', ['add', '--all'], { cwd: dir });
  await run('git', [...identity, 'commit', '--quiet', '--message', 'Start'], { cwd: dir });
  return { dir, dispose: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
