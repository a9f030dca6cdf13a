/**
 * Takes snapshots of a workspace whose files come and go, one after the other, each under a ref of its own, and
 * drops all refs but the newest; each round begins at a word on its input. Says which are to be whole.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGitSnapshotStore } from '../../../../src/host/adapters/git/createGitSnapshotStore.ts';
import { ShadowRepository } from '../../../../src/host/adapters/git/shadow/shadowRepository.ts';

const [stateDirectory = '', workspaceRoot = '', name = '', times = '0'] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const store = createGitSnapshotStore({
  workspaceRoot,
  stateDirectory,
  log,
  isHidden: () => false,
});
const shadow = new ShadowRepository(stateDirectory, process.env);
const { signal } = new AbortController();
await mkdir(workspaceRoot, { recursive: true });

process.stdout.write('ready\n');
for (let round = 0; round < Number(times); round += 1) {
  await new Promise((resolve) => process.stdin.once('data', resolve));
  // Of five contents each: what one round drops, another needs again.
  for (let file = 0; file < 8; file += 1) {
    const content = `${file} ${(round * (file + 1)) % 5}\n`.repeat(50);
    await writeFile(path.join(workspaceRoot, `file-${file}.txt`), content);
  }
  await rm(path.join(workspaceRoot, `file-${round % 8}.txt`));
  const { tree } = await store.takeSnapshot({ runId: `${name}-${round}`, signal });
  const change = { bytes: Buffer.from(`agent ${round % 3}\n`), mode: 0o100644 };
  await store.writeTree(tree, new Map([['new.txt', change]]));
  process.stdout.write(`${name}-${round} ${tree}\n`);
  if (round > 0) await shadow.git(['update-ref', '-d', `refs/muster/runs/${name}-${round - 1}`]);
}
await store.dispose();
process.exit(0);
