import { rm } from 'node:fs/promises';
import type { FileChange } from '../../../../core/ports/fileView.ts';
import { blobId, writeBlobs } from './objectWriter.ts';
import type { ShadowRepository } from './shadowRepository.ts';

export interface WriteTreeOptions {
  readonly shadow: ShadowRepository;
  readonly tree: string;
  readonly changes: ReadonlyMap<string, FileChange>;
  /** Objects that the shadow repository is known to hold; grows. */
  readonly knownObjects: Set<string>;
}

/** Git tree id of a tree with changes laid over it; a path that became a folder, or the reverse, is fine. */
export async function writeTree(options: WriteTreeOptions): Promise<string> {
  const { shadow, tree, changes } = options;
  if (changes.size === 0) return tree;
  const indexFile = shadow.temporaryIndex();
  const lines: string[] = [];
  const blobs = new Map<string, Uint8Array>();
  for (const [path, change] of changes) {
    const id = change === null ? '0'.repeat(40) : blobId(change.bytes);
    if (change !== null) blobs.set(id, change.bytes);
    lines.push(`${change === null ? '0' : change.mode.toString(8)} ${id}\t${path}\0`);
  }
  try {
    await Promise.all([
      storeBlobs(options, blobs),
      editIndex(shadow, { indexFile, tree, lines: removalsFirst(lines) }),
    ]);
    return await shadow.gitForId(['write-tree'], { indexFile });
  } finally {
    await rm(indexFile, { force: true });
  }
}

async function storeBlobs(
  options: WriteTreeOptions,
  blobs: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const fresh = [...blobs].filter(([id]) => !options.knownObjects.has(id));
  await writeBlobs(
    options.shadow,
    fresh.map(([, bytes]) => bytes),
  );
  for (const [id] of fresh) options.knownObjects.add(id);
}

/** A file can only take the place of a folder once the folder's files are gone. */
function removalsFirst(lines: readonly string[]): string[] {
  return [
    ...lines.filter((line) => line.startsWith('0 ')),
    ...lines.filter((line) => !line.startsWith('0 ')),
  ];
}

async function editIndex(
  shadow: ShadowRepository,
  edit: { readonly indexFile: string; readonly tree: string; readonly lines: readonly string[] },
): Promise<void> {
  const { indexFile, tree, lines } = edit;
  await shadow.git(['read-tree', tree], { indexFile });
  const input = [lines.join('')];
  await shadow.git(['update-index', '-z', '--index-info'], { indexFile, input });
}
