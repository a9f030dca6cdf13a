import { loadAgentChanges } from '../../core/changes/tree/agentChanges.ts';
import { RunTree } from '../../core/changes/tree/runTree.ts';
import { readReplayLog } from '../../core/run/replay/readReplayLog.ts';
import { SnapshotView } from '../../core/changes/tree/snapshotView.ts';
import type { SnapshotStore } from '../../core/ports/fileView.ts';
import type { BlobStore } from '../../core/ports/runStore.ts';
import type { DurableRunEvent } from '../../protocol/events/runEvents.ts';

/** The proposed tree of a run, from its journal: agents' changes are merged again in the order in which they were the first time. */
export async function rebuildTree(
  events: readonly DurableRunEvent[],
  sources: { readonly snapshots: SnapshotStore; readonly blobs: Pick<BlobStore, 'get'> },
): Promise<RunTree> {
  const started = events.find((event) => event.type === 'run.started');
  if (started === undefined) throw new Error('The journal does not begin with run.started.');
  const snapshot = await sources.snapshots.openSnapshot(started.snapshotTree);
  const view = new SnapshotView(snapshot, sources.snapshots);
  const tree = new RunTree({ snapshot: view, snapshotTree: snapshot.tree });
  for (const { agentId, groupTitle, ended } of readReplayLog(events).merged) {
    if (ended === null || ended.changes.length === 0) continue;
    const record = { schemaVersion: 1 as const, changes: ended.changes };
    const changes = await loadAgentChanges(record, sources.blobs);
    await tree.mergeChanges({ agentId, groupTitle, changes });
  }
  return tree;
}
