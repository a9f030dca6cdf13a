/** Reads single files of a snapshot by a path that somebody else gave: links are followed, but never out of it. */
import { classifyPath } from '../../../paths/protectedPaths.ts';
import { decodeFile } from '../text/textFile.ts';
import type { Snapshot, SnapshotEntry, SnapshotStore } from '../../ports/fileView.ts';

export interface SnapshotFiles {
  readonly snapshot: Snapshot;
  readonly snapshots: Pick<SnapshotStore, 'readBlob'>;
}

export type SnapshotText =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'refused'; readonly reason: string };

const SYMLINK_MODE = 0o120000;

/** Links that lead to links: more than any honest file has, few enough to notice a circle at once. */
const MAX_LINKS = 8;

/** The text of a file, or why it is none. `path` is in the form that trees use. */
export async function readSnapshotText(files: SnapshotFiles, path: string): Promise<SnapshotText> {
  let current = path;
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const entry = files.snapshot.entries.find((candidate) => candidate.path === current);
    if (entry === undefined || classifyPath(current) === 'hidden') {
      return refused(path === current ? 'there is no such file' : 'its link leads to no file');
    }
    if (entry.mode !== SYMLINK_MODE) return readText(files, entry);
    const target = linkTarget(current, await readLink(files, entry));
    if (target === null) return refused('it is a link that leads out of the workspace');
    current = target;
  }
  return refused('its links lead in a circle');
}

async function readText(files: SnapshotFiles, entry: SnapshotEntry): Promise<SnapshotText> {
  const decoded = decodeFile(await files.snapshots.readBlob(entry.blob));
  return decoded.type === 'binary' ? refused('it is not text') : decoded;
}

async function readLink(files: SnapshotFiles, entry: SnapshotEntry): Promise<string> {
  return new TextDecoder().decode(await files.snapshots.readBlob(entry.blob));
}

/** The path inside the snapshot that a link names; null when it leads out. */
function linkTarget(linkPath: string, target: string): string | null {
  if (target.startsWith('/') || target.includes('\\') || /^[A-Za-z]:/u.test(target)) return null;
  const names = linkPath.split('/').slice(0, -1);
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return null;
  }
  return names.join('/');
}

function refused(reason: string): SnapshotText {
  return { type: 'refused', reason };
}
