import { loadAgentChanges } from '../../core/changes/agentChanges.ts';
import { groupTitleOf } from '../../core/changes/groupTitleOf.ts';
import { RunTree } from '../../core/changes/runTree.ts';
import { SnapshotView } from '../../core/changes/snapshotView.ts';
import type { SnapshotStore } from '../../core/ports/fileView.ts';
import type { BlobStore } from '../../core/ports/runStore.ts';
import type { DurableRunEvent } from '../../protocol/runEvents.ts';

/** The proposed tree of a run, from its journal: agents' changes are merged again in the order in which they ended. */
export async function rebuildTree(
  events: readonly DurableRunEvent[],
  sources: { readonly snapshots: SnapshotStore; readonly blobs: Pick<BlobStore, 'get'> },
): Promise<RunTree> {
  const started = events.find((event) => event.type === 'run.started');
  if (started === undefined) throw new Error('The journal does not begin with run.started.');
  const snapshot = await sources.snapshots.openSnapshot(started.snapshotTree);
  const view = new SnapshotView(snapshot, sources.snapshots);
  const tree = new RunTree({ snapshot: view, snapshotTree: snapshot.tree });
  const titles = new Map<number, string>();
  for (const event of events) {
    if (event.type === 'agent.queued') titles.set(event.agentId, groupTitleOf(event));
    if (event.type !== 'agent.ended' || event.changes.length === 0) continue;
    const { agentId } = event;
    const groupTitle = titles.get(agentId) ?? '';
    const changes = await loadAgentChanges(
      { schemaVersion: 1, changes: event.changes },
      sources.blobs,
    );
    await tree.mergeChanges({ agentId, groupTitle, changes });
  }
  return tree;
}
