import * as z from 'zod';
import type { RunEventOf } from '../../../protocol/events/runEvents.ts';
import { contentSha256 } from '../../changes/text/fileContent.ts';
import type { FileView } from '../../ports/fileView.ts';
import type { BlobStore } from '../../ports/runStore.ts';
import type { AgentEnd } from '../outcomes/agentEnds.ts';
import { loadValue } from '../outcomes/storeValue.ts';

const Reads = z.record(z.string(), z.string().nullable());

/** An agent's end as its journal entry has it, with what its edits changed in the tree this time. */
export async function recordedEnd(
  ended: RunEventOf<'agent.ended'>,
  treeChanges: readonly string[],
  blobs: Pick<BlobStore, 'get'>,
): Promise<AgentEnd> {
  const { outcome, error, turns, usage, usd, changes, conflictPaths } = ended;
  const value = ended.value === null ? null : await loadValue(ended.value, blobs);
  const known = { outcome, error, turns, usage, usd, changes, conflictPaths };
  return { ...known, value, edits: [], treeChanges, reads: new Map() };
}

/** Whether every file that the agent looked at is as it was then; otherwise its answer may not hold. */
export async function stillReadsTheSame(
  ended: RunEventOf<'agent.ended'>,
  tree: FileView,
  blobs: Pick<BlobStore, 'get'>,
): Promise<boolean> {
  if (ended.reads === null) return true;
  const reads = Reads.parse(await loadValue(ended.reads, blobs));
  for (const [path, sha256] of Object.entries(reads)) {
    if (contentSha256(await tree.read(path)) !== sha256) return false;
  }
  return true;
}
