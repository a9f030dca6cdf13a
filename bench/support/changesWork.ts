// Measures snapshots, overlays, merges, diffs, patches and trees on disk, each beside its floor in git.
// Bundled before it runs; its arguments are the workspace, an empty folder, and the folder of the bundles.
import path from 'node:path';
import { OverlayFiles } from '../../src/core/agent/overlayFiles.ts';
import { Overlay } from '../../src/core/changes/tree/overlay.ts';
import { RunTree } from '../../src/core/changes/tree/runTree.ts';
import { SnapshotView } from '../../src/core/changes/tree/snapshotView.ts';
import { unifiedHunks } from '../../src/core/changes/text/unifiedHunks.ts';
import { createGitSnapshotStore } from '../../src/host/adapters/git/createGitSnapshotStore.ts';
import type { GitSnapshotStore } from '../../src/host/adapters/git/createGitSnapshotStore.ts';
import type { FileContent, Snapshot } from '../../src/core/ports/fileView.ts';
import { indexFloor, switchFloor, treeDiffFloorMs, worktreeFloorMs } from './gitFloors.ts';
import { measureSearches } from './searchWork.ts';
import { measureTexts } from './textWork.ts';
import { timed } from './timed.ts';

const agents = 100;
const editsPerAgent = 11;
const overlays = 1000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const [workspaceRoot = '', folder = '', distDirectory = ''] = process.argv.slice(2);

type Times = Readonly<Record<string, number>>;

async function main(): Promise<void> {
  const store = openStore();
  const [coldMs, snapshot] = await timed(() => take(store, 'run-1'));
  const [warmMs] = await timed(() => take(store, 'run-2'));
  const other = openStore();
  const [warmInNewProcessMs] = await timed(() => take(other, 'run-3'));
  await other.dispose();
  try {
    const floor = indexFloor({ workspaceRoot, folder });
    const snapshots = { coldMs, warmMs, warmInNewProcessMs, ...floor };
    const searches = await measureSearches(store, snapshot, { workspaceRoot, distDirectory });
    const trees = await measureTrees(store, snapshot);
    const texts = measureTexts(folder);
    process.stdout.write(JSON.stringify({ ...snapshots, ...searches, ...trees, ...texts }));
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

async function measureTrees(store: GitSnapshotStore, snapshot: Snapshot): Promise<Times> {
  const view = new SnapshotView(snapshot, store);
  const tree = new RunTree({ snapshot: view, snapshotTree: snapshot.tree });
  // The first read starts a process; that is not an overlay's cost.
  await store.readBlob(snapshot.entries[0]?.blob ?? '');
  const [overlaysMs] = await timed(() => {
    for (let count = 0; count < overlays; count += 1) tree.startOverlay();
  });
  const [editsMs, edited] = await timed(() => editInOverlays(tree, snapshot));
  const [writesMs] = await timed(() => writeAgain(tree, edited));
  const [mergesMs] = await timed(async () => {
    for (const [agentId, overlay] of edited.entries())
      await tree.mergeOverlay({ agentId, groupTitle: 'bench', overlay });
  });
  const [patchesMs] = await timed(() => patchesOf(edited));
  const [writeTreeMs, whole] = await timed(() => store.writeTree(snapshot.tree, tree.changes()));
  const shadow = path.join(folder, 'state', 'shadow.git');
  const patchesFloorMs = treeDiffFloorMs(shadow, snapshot.tree, whole);
  const few = new Map([...tree.changes()].slice(0, 10));
  const nearby = await store.writeTree(snapshot.tree, few);
  const directories = await measureDirectories(store, { tree: snapshot.tree, nearby });
  const floors = switchFloor({ shadow, folder, tree: snapshot.tree, nearby });
  return {
    overlayUs: (overlaysMs * 1000) / overlays,
    editsMs,
    writesMs,
    mergesMs,
    patchesMs,
    patchesFloorMs,
    writeTreeMs,
    ...directories,
    ...floors,
    worktreeFloorMs: worktreeFloorMs(workspaceRoot, path.join(folder, 'worktree')),
  };
}

async function measureDirectories(
  store: GitSnapshotStore,
  { tree, nearby }: { readonly tree: string; readonly nearby: string },
): Promise<Times> {
  const stay = () => Promise.resolve();
  const [firstDirectoryMs] = await timed(() => store.withDirectory(tree, stay));
  const [switchMs] = await timed(() => store.withDirectory(nearby, stay));
  const [cleanMs] = await timed(() => store.withDirectory(nearby, stay));
  return { firstDirectoryMs, switchMs, cleanMs };
}

/** What agents do: read, find the text, replace it, keep encoding and line ends. */
async function editInOverlays(tree: RunTree, snapshot: Snapshot): Promise<readonly Overlay[]> {
  const paths = snapshot.entries.map((entry) => entry.path);
  const edited: Overlay[] = [];
  for (let agent = 0; agent < agents; agent += 1) {
    const overlay = tree.startOverlay();
    const files = new OverlayFiles(overlay);
    const own = paths.slice(agent * editsPerAgent, (agent + 1) * editsPerAgent);
    for (const file of own) {
      const read = await files.readText(file);
      if (read.type !== 'text') throw new Error(`${file} cannot be read.`);
      await files.writeText(file, read.text.replace(' = 1;', ' = 2;'));
    }
    edited.push(overlay);
  }
  return edited;
}

/** The overlays alone: the same contents put into fresh ones. */
function writeAgain(tree: RunTree, edited: readonly Overlay[]): void {
  for (const overlay of edited) {
    const fresh = new Overlay(tree.freeze());
    for (const [file, content] of overlay.changes())
      if (content !== null) fresh.write(file, content);
  }
}

async function patchesOf(edited: readonly Overlay[]): Promise<number> {
  let bytes = 0;
  for (const overlay of edited) {
    for (const [file, content] of overlay.changes()) {
      const before = await overlay.base.read(file);
      bytes += unifiedHunks(characters(before), characters(content)).length;
    }
  }
  return bytes;
}

function characters(content: FileContent | null): string {
  return content === null ? '' : Buffer.from(content.bytes).toString('latin1');
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
