import type { FileProposal, Hunk, ProposalSet } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { ReviewGrouping } from '../../settings/settings.ts';
import {
  buildConflictsNodes,
  countKeptAside,
  describeConflict,
  type ConflictNode,
  type ConflictsNode,
} from '../conflicts/conflictNodes.ts';

/** A row of the tree "Proposed changes". */
export type ProposalNode = ConflictsNode | ConflictNode | GroupNode | FileNode | HunkNode;

interface GroupNode {
  readonly type: 'group';
  readonly id: string;
  readonly title: string;
  readonly children: readonly FileNode[];
}

export interface FileNode {
  readonly type: 'file';
  readonly id: string;
  readonly parent: GroupNode | null;
  readonly file: FileProposal;
  /** Edits of this file that wait in rows of their own. */
  readonly keptAside: number;
  /** Its undecided hunks that belong to the parent. */
  readonly children: readonly HunkNode[];
}

export interface HunkNode {
  readonly type: 'hunk';
  readonly id: string;
  readonly parent: FileNode;
  readonly hunk: Hunk;
  /** Its place among all hunks of the file, from 1. */
  readonly ordinal: number;
}

const NODE_TYPES: readonly unknown[] = ['conflicts', 'conflict', 'group', 'file', 'hunk'];

/** Tells a row from whatever else a command may be given, such as a document. */
export function isProposalNode(value: unknown): value is ProposalNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    NODE_TYPES.includes(value.type)
  );
}

/** The tree's top rows: what is still undecided, what fits no group before the groups. */
export function buildProposalNodes(
  set: ProposalSet,
  groupBy: ReviewGrouping,
): readonly ProposalNode[] {
  const titles = new Map(set.groups.map((group) => [group.groupId, group.title]));
  const buckets = new Map<string, Bucket>();
  for (const file of set.files) {
    for (const hunk of file.hunks.filter(isUndecided)) {
      const { key, title } = bucketOf(file, hunk, { groupBy, titles });
      const bucket = buckets.get(key) ?? { title, files: new Map<FileProposal, Hunk[]>() };
      buckets.set(key, bucket);
      bucket.files.set(file, [...(bucket.files.get(file) ?? []), hunk]);
    }
  }
  const keptAside = countKeptAside(set);
  const groups = [...buckets].map(([key, bucket]) => groupNode(key, bucket, keptAside));
  return [...buildConflictsNodes(set), ...groups];
}

/** The hunks that accepting a row writes: what the user sees there, without what needs its own accept. */
export function acceptableHunkIds(node: ProposalNode): string[] {
  const files = node.type === 'group' ? node.children : [];
  const hunks =
    node.type === 'group'
      ? files.filter(({ file }) => file.flag === null).flatMap(hunksOf)
      : hunksOf(node);
  return hunks.filter((hunk) => hunk.state === 'pending').map((hunk) => hunk.hunkId);
}

/** The hunks that rejecting a row takes out. */
export function rejectableHunkIds(node: ProposalNode): string[] {
  return hunksOf(node).map((hunk) => hunk.hunkId);
}

/** The edits kept aside that a row stands for. */
export function conflictIdsOf(node: ProposalNode): string[] {
  if (node.type === 'conflict') return [node.conflict.conflictId];
  return node.type === 'conflicts' ? node.children.flatMap(conflictIdsOf) : [];
}

/** All hunks under a row. */
function hunksOf(node: ProposalNode): readonly Hunk[] {
  switch (node.type) {
    case 'group':
      return node.children.flatMap((file) => file.children.map((child) => child.hunk));
    case 'file':
      return node.children.map((child) => child.hunk);
    case 'hunk':
      return [node.hunk];
    // What was kept aside is made of no hunks, so that nothing here takes it along.
    case 'conflicts':
    case 'conflict':
      return [];
  }
}

/** The file of a row that stands for one, or for a part of one. */
export function fileOf(node: ProposalNode | null): FileProposal | null {
  if (node?.type === 'file') return node.file;
  return node?.type === 'hunk' ? node.parent.file : null;
}

/** For example `+12 −3 · conflict`. */
export function describeNode(node: ProposalNode): string {
  if (node.type === 'conflicts') return String(node.children.length);
  if (node.type === 'conflict') return describeConflict(node.conflict);
  const hunks = hunksOf(node);
  const added = hunks.reduce((sum, hunk) => sum + hunk.added, 0);
  const removed = hunks.reduce((sum, hunk) => sum + hunk.removed, 0);
  const parts = [`+${added} −${removed}`];
  const conflicts = hunks.filter((hunk) => hunk.state === 'conflict').length;
  if (conflicts === 1) parts.push(t('conflict'));
  if (conflicts > 1) parts.push(t('{0} conflicts', conflicts));
  if (node.type === 'file' && node.keptAside > 0) parts.push(t('{0} kept aside', node.keptAside));
  if (node.type === 'file' && node.file.flag !== null)
    parts.push(t('{0}: accept separately', flagTitle(node.file.flag)));
  return parts.join(' · ');
}

/** What a flag is about: its sentence up to the colon. */
function flagTitle(flag: string): string {
  return flag.split(':')[0] ?? flag;
}

/** `<type>.pending` while something under it can be accepted, else `<type>.conflict`; of what was kept aside the type alone. */
export function contextValueOf(node: ProposalNode): string {
  if (node.type === 'conflicts' || node.type === 'conflict') return node.type;
  const canAccept = hunksOf(node).some((hunk) => hunk.state === 'pending');
  return `${node.type}.${canAccept ? 'pending' : 'conflict'}`;
}

/** Finds the row of a hunk. */
export function findHunkNode(nodes: readonly ProposalNode[], hunkId: string): HunkNode | null {
  for (const node of nodes) {
    if (node.type === 'hunk' && node.hunk.hunkId === hunkId) return node;
    if (node.type !== 'group' && node.type !== 'file') continue;
    const found = findHunkNode(node.children, hunkId);
    if (found !== null) return found;
  }
  return null;
}

/** True for hunks that the user has not decided about. */
export function isUndecided(hunk: Hunk): boolean {
  return hunk.state === 'pending' || hunk.state === 'conflict';
}

interface Bucket {
  readonly title: string;
  readonly files: Map<FileProposal, Hunk[]>;
}

interface Grouping {
  readonly groupBy: ReviewGrouping;
  readonly titles: ReadonlyMap<string, string>;
}

function bucketOf(
  file: FileProposal,
  hunk: Hunk,
  { groupBy, titles }: Grouping,
): { readonly key: string; readonly title: string } {
  switch (groupBy) {
    case 'group':
      return { key: hunk.groupId, title: titles.get(hunk.groupId) ?? hunk.groupId };
    case 'folder': {
      const folder = file.path.split('/').slice(0, -1).join('/');
      return { key: folder, title: folder === '' ? t('Workspace root') : folder };
    }
    case 'kind':
      return { key: file.kind, title: kindTitle(file.kind) };
  }
}

/** How a kind of change is called. */
function kindTitle(kind: FileProposal['kind']): string {
  switch (kind) {
    case 'modify':
      return t('Changed files');
    case 'create':
      return t('New files');
    case 'delete':
      return t('Deleted files');
    case 'binary':
      return t('Binary files');
    case 'mode':
      return t('Changed permissions');
  }
}

function groupNode(key: string, bucket: Bucket, keptAside: ReadonlyMap<string, number>): GroupNode {
  const children: FileNode[] = [];
  const group: GroupNode = { type: 'group', id: `group:${key}`, title: bucket.title, children };
  for (const [file, hunks] of bucket.files)
    children.push(
      fileNode({ parent: group, file, keptAside: keptAside.get(file.path) ?? 0 }, hunks),
    );
  return group;
}

function fileNode(
  of: Pick<FileNode, 'file' | 'keptAside'> & { readonly parent: GroupNode },
  hunks: readonly Hunk[],
): FileNode {
  const { parent, file } = of;
  const children: HunkNode[] = [];
  const id = `${parent.id}/file:${file.path}`;
  const node: FileNode = { type: 'file', id, ...of, children };
  for (const hunk of hunks) {
    const ordinal = file.hunks.indexOf(hunk) + 1;
    children.push({ type: 'hunk', id: `${id}/hunk:${hunk.hunkId}`, parent: node, hunk, ordinal });
  }
  return node;
}
