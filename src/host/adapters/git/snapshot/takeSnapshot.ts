import { copyFile, link, readFile, readlink, rename, rm, utimes, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Snapshot, SnapshotEntry } from '../../../../core/ports/fileView.ts';
import { leaveOutUnreadable, listWorkspace } from './listWorkspace.ts';
import type { ListOptions, WorkspaceListing } from './listWorkspace.ts';
import { blobId, copyObjects, missingObjects, writeBlobs } from '../shadow/objectWriter.ts';
import { splitNul } from '../runGit.ts';
import { readUserObjects } from './userObjects.ts';
import type { ShadowRepository } from '../shadow/shadowRepository.ts';
import { isMissing } from '../../../../node/isMissing.ts';

/** Files that are read at once: enough to keep the disk busy, at most 160 MiB in memory. */
const READ_BATCH = 32;

/** File contents that are held in memory at once while they are stored. */
const WRITE_BATCH_BYTES = 32 * 1024 * 1024;

/** What one process remembers from snapshot to snapshot. */
export interface SnapshotMemory {
  /** Objects that the shadow repository is known to hold. */
  readonly knownObjects: Set<string>;
  last: Snapshot | null;
  /** See readGeneration. */
  generation: string;
}

export interface SnapshotOptions extends ListOptions {
  readonly runId: string;
  readonly memory: SnapshotMemory;
}

/** Takes a picture of the workspace into the shadow repository and holds it by a ref of the run's. */
export async function takeSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  options.signal.throwIfAborted();
  await options.shadow.ensureCreated();
  const listing: WorkspaceListing = { paths: [], leftOut: [], repositories: [] };
  let snapshot: Snapshot;
  try {
    snapshot = await pictureOf(options, listing, listWorkspace(options, listing));
  } catch (error) {
    options.signal.throwIfAborted();
    // One file that cannot be read, or that went away meanwhile, must not cost the whole picture.
    const readable = await leaveOutUnreadable(options.workspaceRoot, listing);
    if (readable.paths.length === listing.paths.length) throw error;
    snapshot = await pictureOf(options, readable, [readable.paths]);
  }
  options.memory.last = snapshot;
  return snapshot;
}

/** Lines of `ls-files -s` or `ls-tree -r`, in the order that Snapshot promises. */
export function sortEntries(entries: readonly SnapshotEntry[]): SnapshotEntry[] {
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

async function pictureOf(
  options: SnapshotOptions,
  listing: WorkspaceListing,
  batches: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<Snapshot> {
  const { shadow, signal } = options;
  const indexFile = shadow.temporaryIndex();
  try {
    const start = await startFromLastIndex(shadow, indexFile);
    await updateIndex(options, indexFile, batches);
    const unchanged = await sameAsLast(options, indexFile, listing);
    const picture = unchanged ?? (await storeIndex(options, { indexFile, listing, start }));
    const reference = `refs/muster/runs/${options.runId}`;
    await shadow.git(['update-ref', '--no-deref', reference, picture.tree], { signal });
    await rename(indexFile, path.join(shadow.gitDir, 'index'));
    return { ...picture, leftOut: listing.leftOut };
  } finally {
    await rm(indexFile, { force: true });
  }
}

type Picture = Pick<Snapshot, 'tree' | 'entries'>;

/**
 * Gives this snapshot an index of its own that knows what the last one saw. A hard link, because git
 * compares file times with the index's own time, and a copy would be younger than what it vouches for.
 */
async function startFromLastIndex(
  shadow: ShadowRepository,
  indexFile: string,
): Promise<'fresh' | 'continued'> {
  const last = path.join(shadow.gitDir, 'index');
  await rm(indexFile, { force: true });
  try {
    await link(last, indexFile);
  } catch (error) {
    if (isMissing(error)) return 'fresh';
    await copyFile(last, indexFile);
    const seconds = Math.floor((await stat(last)).mtimeMs / 1000);
    await utimes(indexFile, seconds, seconds);
  }
  return 'continued';
}

async function updateIndex(
  options: SnapshotOptions,
  indexFile: string,
  batches: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<void> {
  const { shadow, signal, workspaceRoot } = options;
  async function* input(): AsyncGenerator<string> {
    for await (const batch of batches) yield batch.map((file) => `${file}\0`).join('');
  }
  // --info-only: contents are only hashed here; storeMissing decides how each of them is stored.
  const flags = ['--info-only', '--add', '--remove', '--replace', '-z', '--stdin'];
  const call = { workTree: workspaceRoot, indexFile, signal, input: input() };
  await shadow.git(['update-index', ...flags], call);
}

/** Saves reading the index when nothing has changed since this process took its last snapshot. */
async function sameAsLast(
  options: SnapshotOptions,
  indexFile: string,
  listing: WorkspaceListing,
): Promise<Picture | null> {
  const { last } = options.memory;
  if (last === null) return null;
  const tree = await writeIndexTree(options, indexFile);
  const present = new Set(listing.paths);
  const isSame = tree === last.tree && last.entries.every((entry) => present.has(entry.path));
  return isSame ? { tree, entries: last.entries } : null;
}

async function storeIndex(
  options: SnapshotOptions,
  state: {
    readonly indexFile: string;
    readonly listing: WorkspaceListing;
    readonly start: 'fresh' | 'continued';
  },
): Promise<Picture> {
  const { indexFile, listing } = state;
  const all = await readIndex(options, indexFile);
  const present = new Set(listing.paths);
  const gone = all.filter((entry) => !present.has(entry.path));
  const entries = all.filter((entry) => present.has(entry.path));
  const changed = await storeMissing(options, { ...state, entries });
  const edits = [...gone.map(removalLine), ...changed.map(indexLine)];
  if (edits.length > 0) await editIndex(options, indexFile, edits);
  const tree = await writeIndexTree(options, indexFile);
  return { tree, entries: sortEntries(withChanges(entries, changed)) };
}

/** --missing-ok: storeMissing has seen to it that everything is there. */
function writeIndexTree(options: SnapshotOptions, indexFile: string): Promise<string> {
  const { shadow, signal } = options;
  return shadow.gitForId(['write-tree', '--missing-ok'], { indexFile, signal });
}

async function readIndex(options: SnapshotOptions, indexFile: string): Promise<SnapshotEntry[]> {
  const { shadow, signal } = options;
  const output = await shadow.git(['ls-files', '-s', '-z'], { indexFile, signal });
  return splitNul(output).map((line) => ({
    mode: Number.parseInt(line.slice(0, 6), 8),
    blob: line.slice(7, 47),
    path: line.slice(line.indexOf('\t') + 1),
  }));
}

async function editIndex(
  options: SnapshotOptions,
  indexFile: string,
  lines: readonly string[],
): Promise<void> {
  const { shadow, signal } = options;
  const call = { indexFile, signal, input: [lines.join('')] };
  await shadow.git(['update-index', '-z', '--index-info'], call);
}

function indexLine(entry: SnapshotEntry): string {
  return `${entry.mode.toString(8).padStart(6, '0')} ${entry.blob}\t${entry.path}\0`;
}

function removalLine(entry: SnapshotEntry): string {
  return `0 ${'0'.repeat(40)}\t${entry.path}\0`;
}

/**
 * Stores every content that the shadow repository lacks: copied from the user's objects where they
 * have it, read from the workspace else. Returns the entries that have changed since they were hashed.
 */
async function storeMissing(
  options: SnapshotOptions,
  state: {
    readonly entries: readonly SnapshotEntry[];
    readonly listing: WorkspaceListing;
    readonly start: 'fresh' | 'continued';
  },
): Promise<SnapshotEntry[]> {
  const { shadow, memory } = options;
  const blobs = new Set(state.entries.map((entry) => entry.blob));
  const unknown = [...blobs].filter((blob) => !memory.knownObjects.has(blob));
  // In a repository that holds nothing yet, git would look for each object in vain, and twice.
  const missing = state.start === 'fresh' ? unknown : await missingObjects(shadow, unknown);
  const unstored = new Set(await copyFromUser(options, state.listing.repositories, missing));
  const changed = await storeFiles(
    options,
    state.entries.filter(({ blob }) => unstored.has(blob)),
  );
  for (const id of unknown) memory.knownObjects.add(id);
  return changed;
}

/** Copies what the user's repositories have; returns what they do not have. */
async function copyFromUser(
  options: SnapshotOptions,
  repositories: readonly string[],
  missing: readonly string[],
): Promise<readonly string[]> {
  if (missing.length === 0 || repositories.length === 0) return missing;
  const { shadow, signal } = options;
  const user = await readUserObjects({ repositories, environment: options.environment, signal });
  if (user.objectFolders.length === 0) return missing;
  const unstored = await missingObjects(shadow, missing, user.objectFolders);
  const isUnstored = new Set(unstored);
  const copied = missing.filter((id) => !isUnstored.has(id));
  // The folders of the last commit come along: most are unchanged and need not be written again.
  await copyObjects(shadow, [...copied, ...user.folderTrees], user.objectFolders);
  return unstored;
}

async function storeFiles(
  options: SnapshotOptions,
  entries: readonly SnapshotEntry[],
): Promise<SnapshotEntry[]> {
  const changed: SnapshotEntry[] = [];
  let batch: Buffer[] = [];
  let batchBytes = 0;
  for (let start = 0; start < entries.length; start += READ_BATCH) {
    options.signal.throwIfAborted();
    const part = entries.slice(start, start + READ_BATCH);
    const read = await Promise.all(part.map((entry) => readEntry(options.workspaceRoot, entry)));
    for (const { bytes, entry } of read) {
      const blob = blobId(bytes);
      if (blob !== entry.blob) changed.push({ ...entry, blob });
      batch.push(bytes);
      batchBytes += bytes.length;
    }
    if (batchBytes < WRITE_BATCH_BYTES) continue;
    await writeBlobs(options.shadow, batch);
    batch = [];
    batchBytes = 0;
  }
  await writeBlobs(options.shadow, batch);
  return changed;
}

async function readEntry(
  workspaceRoot: string,
  entry: SnapshotEntry,
): Promise<{ readonly entry: SnapshotEntry; readonly bytes: Buffer }> {
  const file = path.join(workspaceRoot, entry.path);
  const isLink = entry.mode === 0o120000;
  const bytes = isLink ? await readlink(file, { encoding: 'buffer' }) : await readFile(file);
  return { entry, bytes };
}

function withChanges(
  entries: readonly SnapshotEntry[],
  changed: readonly SnapshotEntry[],
): readonly SnapshotEntry[] {
  if (changed.length === 0) return entries;
  const byPath = new Map(changed.map((entry) => [entry.path, entry]));
  return entries.map((entry) => byPath.get(entry.path) ?? entry);
}
