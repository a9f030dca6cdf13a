import * as z from 'zod';
import { ContentRef } from '../../../protocol/events/contentRef.ts';
import type { FileContent } from '../../ports/fileView.ts';
import type { BlobStore } from '../../ports/runStore.ts';
import { sameContent } from '../text/fileContent.ts';
import type { Overlay } from './overlay.ts';

/** One file as an agent found it and as it left it; null where there was or is no file. */
export interface AgentChange {
  readonly path: string;
  readonly base: FileContent | null;
  readonly proposed: FileContent | null;
}

/** An agent's changes as they go to disk, so that a resumed run can merge them without asking the model again. */
export const AgentChangesRecord = z.object({
  schemaVersion: z.literal(1),
  changes: z.array(
    z.object({
      path: z.string(),
      base: ContentRef.nullable(),
      proposed: ContentRef.nullable(),
    }),
  ),
});
export type AgentChangesRecord = z.infer<typeof AgentChangesRecord>;

/** What an agent really changed, sorted by path; writes that gave the same bytes again are left out. */
export async function collectAgentChanges(overlay: Overlay): Promise<readonly AgentChange[]> {
  const changes: AgentChange[] = [];
  for (const path of [...overlay.changes().keys()].sort()) {
    const base = await overlay.base.read(path);
    const proposed = overlay.changes().get(path) ?? null;
    if (!sameContent(base, proposed)) changes.push({ path, base, proposed });
  }
  return changes;
}

/** Stores the bytes and gives the record that names them. */
export async function storeAgentChanges(
  changes: readonly AgentChange[],
  blobs: Pick<BlobStore, 'put'>,
): Promise<AgentChangesRecord> {
  const put = async (content: FileContent | null): Promise<ContentRef | null> =>
    content === null ? null : { sha256: await blobs.put(content.bytes), mode: content.mode };
  const stored: AgentChangesRecord['changes'] = [];
  for (const change of changes) {
    const [base, proposed] = await Promise.all([put(change.base), put(change.proposed)]);
    stored.push({ path: change.path, base, proposed });
  }
  return { schemaVersion: 1, changes: stored };
}

/** The changes that a record names. */
export async function loadAgentChanges(
  record: AgentChangesRecord,
  blobs: Pick<BlobStore, 'get'>,
): Promise<readonly AgentChange[]> {
  const changes: AgentChange[] = [];
  for (const change of record.changes) {
    const [base, proposed] = await Promise.all([
      loadContent(change.base, blobs),
      loadContent(change.proposed, blobs),
    ]);
    changes.push({ path: change.path, base, proposed });
  }
  return changes;
}

/** The content that a reference names; null for null. */
export async function loadContent(
  ref: ContentRef | null,
  blobs: Pick<BlobStore, 'get'>,
): Promise<FileContent | null> {
  return ref === null ? null : { bytes: await blobs.get(ref.sha256), mode: ref.mode };
}
