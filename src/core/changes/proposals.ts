import type { FileProposal, Hunk, ProposalSet } from '../../protocol/proposals.ts';
import type { FileContent } from '../ports/fileView.ts';
import type { BlobStore } from '../ports/runStore.ts';
import type { ContentRef } from '../../protocol/events/contentRef.ts';
import type { DecisionsState } from './review/decisions.ts';
import { cutOffApply } from './review/cutOffApply.ts';
import { keptAside } from './review/keptAside.ts';
import { describeVersion, refOf } from './tree/describeVersion.ts';
import { sameContent } from './text/fileContent.ts';
import { flagForChange } from './flags.ts';
import type { PathHistory } from './tree/pathHistory.ts';
import type { FileRecord, HunkRecord, ProposalRecord, ProposedVersion } from './proposalRecord.ts';
import type { RunTree } from './tree/runTree.ts';
import { sha256Hex } from '../../node/sha256Hex.ts';

/** A record and the bytes that it names by hash. */
export interface BuiltProposals {
  readonly record: ProposalRecord;
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Describes all changes of a run's tree. Files that did not change since the last call cost nothing. */
export function buildProposals(options: {
  readonly runId: string;
  readonly tree: RunTree;
  readonly decisions: DecisionsState;
}): BuiltProposals {
  const { runId, tree, decisions } = options;
  const contents = new Map<string, Uint8Array>();
  const keep = (ref: ContentRef | null, content: FileContent | null): ContentRef | null => {
    if (ref !== null && content !== null) contents.set(ref.sha256, content.bytes);
    return ref;
  };
  const keepNow = (content: FileContent | null): ContentRef | null => keep(refOf(content), content);
  const histories = tree.changedHistories();
  const described = histories.map((history): FileRecord => {
    const file = currentRecord(history);
    keep(file.base, history.base);
    keep(file.current.proposed, history.content);
    const earlier = earlierVersions(history, decisions);
    for (const { version, content } of earlier) keep(version.proposed, content);
    return { ...file, earlier: earlier.map(({ version }) => version) };
  });
  const files = flagMoved(described);
  const conflicts = tree.conflicts().map((conflict) => ({
    ...conflict,
    oursAgentIds: [...conflict.oursAgentIds],
    base: keepNow(conflict.base),
    ours: keepNow(conflict.ours),
    theirs: keepNow(conflict.theirs),
    current: keepNow(tree.mergedContent(conflict.path)),
  }));
  const record: ProposalRecord = {
    schemaVersion: 1,
    runId,
    treeHash: tree.treeHash(),
    groups: groupsOf(histories, files),
    files,
    conflicts,
  };
  return { record, contents };
}

/** Writes the bytes that a record needs, each once; write the record itself only afterwards. */
export async function storeProposalContents(
  built: BuiltProposals,
  options: { readonly blobs: Pick<BlobStore, 'put'>; readonly stored: Set<string> },
): Promise<void> {
  for (const [sha256, bytes] of built.contents) {
    if (options.stored.has(sha256)) continue;
    await options.blobs.put(bytes);
    options.stored.add(sha256);
  }
}

/** What a review knows beside the record and the decisions. */
export interface ReviewFacts {
  /** Pending hunks that no longer fit the live files, with the reason. */
  readonly unfit?: ReadonlyMap<string, string>;
  readonly agentLabels?: ReadonlyMap<number, string>;
}

/** The record with the present state of every hunk and of every edit that was kept aside. */
export function toProposalSet(
  record: ProposalRecord,
  decisions: DecisionsState,
  { unfit = new Map(), agentLabels = new Map() }: ReviewFacts = {},
): ProposalSet {
  const stateOf = (hunkId: string): Pick<Hunk, 'state' | 'conflictReason'> => {
    const decided = decisions.hunkStates.get(hunkId);
    if (decided !== undefined) return { state: decided };
    const conflictReason = unfit.get(hunkId);
    return conflictReason === undefined
      ? { state: 'pending' }
      : { state: 'conflict', conflictReason };
  };
  const { runId, treeHash, groups } = record;
  const files = record.files.map(({ path, flag, base, current }): FileProposal => {
    const { kind, encoding, proposed } = current;
    return {
      path,
      kind,
      encoding,
      baseSha256: base?.sha256 ?? null,
      proposedSha256: proposed?.sha256 ?? null,
      mode: proposed?.mode ?? base?.mode ?? 0,
      ...(base === null ? {} : { baseMode: base.mode }),
      flag,
      hunks: current.hunks.map((hunk) => ({ ...hunk, path, ...stateOf(hunk.hunkId) })),
    };
  });
  const conflicts = keptAside(record, decisions, agentLabels);
  const cutOff = cutOffApply(decisions);
  return { runId, treeHash, groups, files, conflicts, ...(cutOff === undefined ? {} : { cutOff }) };
}

/** Id of the group with a title; the same in every process. */
function groupIdOf(title: string): string {
  return `group-${sha256Hex(title).slice(0, 12)}`;
}

interface CachedRecord {
  readonly versions: number;
  readonly record: Omit<FileRecord, 'earlier'>;
}

/** Histories only grow, so a description holds until the next version. */
const describedHistories = new WeakMap<PathHistory, CachedRecord>();

function currentRecord(history: PathHistory): CachedRecord['record'] {
  const versions = history.versions.length;
  const cached = describedHistories.get(history);
  if (cached?.versions === versions) return cached.record;
  const { path, base, content } = history;
  const current = describeVersion({
    path,
    base,
    proposed: content,
    credit: (range) => creditOf(history, history.authorsOf(range)),
  });
  const flag = flagForChange({ path, base, proposed: content });
  const record = { path, flag, base: refOf(base), current };
  describedHistories.set(history, { versions, record });
  return record;
}

/** A hunk stands in the group of the first agent behind it. */
function creditOf(
  history: PathHistory,
  agentIds: readonly number[],
): Pick<HunkRecord, 'agentIds' | 'groupId'> {
  const first = history.versions.find((version) => version.agentId === agentIds[0]);
  return { agentIds: [...agentIds], groupId: groupIdOf(first?.groupTitle ?? '') };
}

/** A file that moved to where it needs an accept of its own must not go from its old place without it. */
function flagMoved(files: readonly FileRecord[]): FileRecord[] {
  const flagged = files.filter((file) => file.flag !== null && file.current.kind === 'create');
  return files.map((file) => {
    if (file.flag !== null || file.current.kind !== 'delete') return file;
    const target = flagged.find(({ current }) => current.proposed?.sha256 === file.base?.sha256);
    if (target === undefined) return file;
    return { ...file, flag: `Moved to ${target.path}. ${target.flag ?? ''}` };
  });
}

interface EarlierVersion {
  readonly content: FileContent | null;
  readonly version: ProposedVersion;
}

/** Replaced versions that hold an accepted hunk which the present one lacks; without them no one could tell what was accepted. */
function earlierVersions(history: PathHistory, decisions: DecisionsState): EarlierVersion[] {
  const accepted = decisions.acceptedByPath.get(history.path);
  if (accepted === undefined) return [];
  const missing = new Set(accepted);
  for (const hunk of currentRecord(history).current.hunks) missing.delete(hunk.hunkId);
  const found: EarlierVersion[] = [];
  for (const { content } of history.versions.slice(0, -1).reverse()) {
    if (missing.size === 0) break;
    const { path, base } = history;
    if (sameContent(base, content)) continue;
    const credit = (): Pick<HunkRecord, 'agentIds' | 'groupId'> =>
      creditOf(history, history.agentIds());
    const version = describeVersion({ path, base, proposed: content, credit });
    const names = version.hunks.map((hunk) => hunk.hunkId);
    if (names.some((hunkId) => missing.delete(hunkId))) found.push({ content, version });
  }
  return found;
}

function groupsOf(
  histories: readonly PathHistory[],
  files: readonly FileRecord[],
): ProposalRecord['groups'] {
  const used = new Set(files.flatMap((file) => file.current.hunks.map((hunk) => hunk.groupId)));
  const firstVersions = new Map<string, number>();
  for (const { versions } of histories)
    for (const { groupTitle, version } of versions)
      firstVersions.set(groupTitle, Math.min(firstVersions.get(groupTitle) ?? version, version));
  return [...firstVersions]
    .map(([title, version]) => ({ groupId: groupIdOf(title), title, version }))
    .filter(({ groupId }) => used.has(groupId))
    .sort((a, b) => a.version - b.version || (a.title < b.title ? -1 : 1))
    .map(({ groupId, title }) => ({ groupId, title }));
}
