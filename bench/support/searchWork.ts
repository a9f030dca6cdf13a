// What a search of an agent takes over a whole snapshot, beside `git grep` over the same files on disk.
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { OverlayFiles } from '../../src/core/agent/overlayFiles.ts';
import { searchText } from '../../src/core/agent/tools/searchText.ts';
import { RunTree } from '../../src/core/changes/tree/runTree.ts';
import { SnapshotView } from '../../src/core/changes/tree/snapshotView.ts';
import { createPiscinaComputePool } from '../../src/host/adapters/compute/piscinaComputePool.ts';
import type { Snapshot, SnapshotStore } from '../../src/core/ports/fileView.ts';
import { grepFloorMs } from './gitFloors.ts';
import { timed } from './timed.ts';

/** In one file of all, and a shape that no plain text tells. */
const patterns = { literal: 'value_4999', shape: String.raw`\b[a-z]+\d{4}[a-z]+\b` } as const;

/** Milliseconds: the first search, which lays the texts out, and the next ones of either kind. */
export async function measureSearches(
  store: SnapshotStore,
  snapshot: Snapshot,
  places: { readonly workspaceRoot: string; readonly distDirectory: string },
): Promise<Readonly<Record<string, number>>> {
  // Piscina looks for its own worker beside the bundle that it is part of.
  const bundle = path.dirname(process.argv[1] ?? '');
  copyFileSync(path.join(places.distDirectory, 'worker.js'), path.join(bundle, 'worker.js'));
  const compute = createPiscinaComputePool(places.distDirectory);
  const view = new SnapshotView(snapshot, store);
  const tree = new RunTree({ snapshot: view, snapshotTree: snapshot.tree });
  const search = async (pattern: string): Promise<number> => {
    const files = new OverlayFiles(tree.startOverlay());
    const commands = { run: () => Promise.reject(new Error('No commands here.')) };
    const { signal } = new AbortController();
    const ctx = { files, compute, commands, writes: null, canWrite: true, signal };
    const [ms, result] = await timed(() => searchText({ pattern }, ctx));
    if (result.outcome !== 'ok') throw new Error(result.text);
    return ms;
  };
  try {
    const firstSearchMs = await search(patterns.literal);
    return {
      firstSearchMs,
      literalSearchMs: await search(patterns.literal),
      literalFloorMs: grepFloorMs(places.workspaceRoot, '-F', patterns.literal),
      shapeSearchMs: await search(patterns.shape),
      shapeFloorMs: grepFloorMs(places.workspaceRoot, '-P', patterns.shape),
    };
  } finally {
    await compute.dispose();
  }
}
