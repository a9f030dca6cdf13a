import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runGit, splitNul } from '../../../../../src/host/adapters/git/runGit.ts';
import { endingStalls } from '../../../../../src/host/adapters/git/snapshot/stalledListing.ts';

describe('A listing of the workspace', () => {
  let folder = '';
  const signal = new AbortController().signal;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'muster-stall-'));
    await mkdir(path.join(folder, 'deep/er'), { recursive: true });
    await writeFile(path.join(folder, 'deep/er/a.txt'), 'a');
    execFileSync('git', ['init', '-q', folder]);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const list = async (stop: AbortSignal): Promise<readonly string[]> => {
    const arguments_ = ['ls-files', '-z', '-o', '--exclude-standard'];
    const call = { cwd: folder, environment: process.env, signal: stop };
    return splitNul(await runGit(arguments_, call));
  };

  it('ends at a pipe that is called .gitignore, and names it', async () => {
    execFileSync('mkfifo', [path.join(folder, 'deep/er/.gitignore')]);
    await assert.rejects(
      endingStalls(folder, signal, list, 0),
      /deep\/er\/\.gitignore is no regular file, .* Remove or rename it\./u,
    );
  });

  it('goes on for as long as it takes where nothing is odd', async () => {
    await writeFile(path.join(folder, 'deep/.gitignore'), 'x\n');
    const slow = async (stop: AbortSignal): Promise<readonly string[]> => {
      for (let time = 0; time < 10; time += 1) await list(stop);
      return list(stop);
    };
    const files = await endingStalls(folder, signal, slow, 0);
    assert.deepEqual(files, ['deep/.gitignore', 'deep/er/a.txt']);
  });

  it('ends when it is told to', async () => {
    execFileSync('mkfifo', [path.join(folder, '.gitignore')]);
    const stop = new AbortController();
    const listed = endingStalls(folder, stop.signal, list);
    stop.abort(new Error('told'));
    await assert.rejects(listed, /told/u);
  });
});
