// Measures snapshots, overlays, merges and trees on disk. Bundled before it runs; its arguments are
// the workspace and an empty folder.
import path from 'node:path';
import { OverlayFiles } from '../../src/core/agent/overlayFiles.ts';
import type { Overlay } from '../../src/core/changes/overlay.ts';
import { RunTree } from '../../src/core/changes/runTree.ts';
import { SnapshotView } from '../../src/core/changes/snapshotView.ts';
import { createGitSnapshotStore } from '../../src/host/adapters/git/createGitSnapshotStore.ts';
import type { GitSnapshotStore } from '../../src/host/adapters/git/createGitSnapshotStore.ts';
import type { Snapshot } from '../../src/core/ports/fileView.ts';

const agents = 100;
const editsPerAgent = 10;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const [workspaceRoot = '', folder = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const store = openStore();
  const [coldMs, snapshot] = await timed(() => take(store, 'run-1'));
  const [warmMs] = await timed(() => take(store, 'run-2'));
  const other = openStore();
  const [warmInNewProcessMs] = await timed(() => take(other, 'run-3'));
  await other.dispose();
  try {
    const times = { coldMs, warmMs, warmInNewProcessMs };
    process.stdout.write(JSON.stringify({ ...times, ...(await measureTrees(store, snapshot)) }));
  } finally {
    await store.dispose();
  }
}

function openStore(): GitSnapshotStore {
  const stateDirectory = path.join(folder, 'state');
  const isHidden = (file: string) => file === '.env';
  return createGitSnapshotStore({ workspaceRoot, stateDirectory, log: silent, isHidden });
}

function take(store: GitSnapshotStore, runId: string): Promise<Snapshot> {
  return store.takeSnapshot({ runId, signal: new AbortController().signal });
}

async function measureTrees(
  store: GitSnapshotStore,
  snapshot: Snapshot,
): Promise<Readonly<Record<string, number>>> {
  const tree = new RunTree({
    snapshot: new SnapshotView(snapshot, store),
    snapshotTree: snapshot.tree,
  });
  const paths = snapshot.entries.map((entry) => entry.path);
  // The first read starts a process; that is not an overlay's cost.
  await store.readBlob(snapshot.entries[0]?.blob ?? '');
  const [overlaysMs, overlays] = await timed(() => editInOverlays(tree, paths));
  const [mergeMs] = await timed(async () => {
    for (const [agentId, overlay] of overlays.entries()) {
      await tree.mergeOverlay({ agentId, groupTitle: 'bench', overlay });
    }
  });
  const [writeTreeMs, whole] = await timed(() => store.writeTree(snapshot.tree, tree.changes()));
  const few = new Map([...tree.changes()].slice(0, editsPerAgent));
  const nearby = await store.writeTree(snapshot.tree, few);
  const stay = () => Promise.resolve();
  const [firstDirectoryMs] = await timed(() => store.withDirectory(snapshot.tree, stay));
  const [nextDirectoryMs] = await timed(() => store.withDirectory(nearby, stay));
  await store.withDirectory(whole, stay);
  return {
    overlayMsPerAgent: overlaysMs / agents,
    mergeMsPerAgent: mergeMs / agents,
    ...{ writeTreeMs, firstDirectoryMs, nextDirectoryMs },
  };
}

async function editInOverlays(tree: RunTree, paths: readonly string[]): Promise<Overlay[]> {
  const overlays: Overlay[] = [];
  for (let agent = 0; agent < agents; agent += 1) {
    const overlay = tree.startOverlay();
    const files = new OverlayFiles(overlay);
    for (const file of paths.slice(agent * editsPerAgent, (agent + 1) * editsPerAgent)) {
      const read = await files.readText(file);
      if (read.type !== 'text') throw new Error(`${file} cannot be read.`);
      await files.writeText(file, read.text.replace(' = 1;', ' = 2;'));
    }
    overlays.push(overlay);
  }
  return overlays;
}

async function timed<T>(task: () => Promise<T>): Promise<[number, T]> {
  const startedMs = performance.now();
  const value = await task();
  return [performance.now() - startedMs, value];
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
