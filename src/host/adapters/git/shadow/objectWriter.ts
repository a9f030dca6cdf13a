import { createHash } from 'node:crypto';
import type { ShadowRepository } from './shadowRepository.ts';

/** Git's id of a file content. */
export function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Writes many blobs with one process; the caller knows their ids from `blobId`. */
export async function writeBlobs(
  repository: ShadowRepository,
  blobs: readonly Uint8Array[],
): Promise<void> {
  if (blobs.length === 0) return;
  const input = [
    ...blobs.flatMap((bytes) => [`blob\ndata ${bytes.length}\n`, bytes, '\n']),
    'done\n',
  ];
  await repository.git(['fast-import', '--quiet', '--done', '--force'], { input });
}

/** Which of these objects the repository does not have. */
export async function missingObjects(
  repository: ShadowRepository,
  ids: readonly string[],
  alternates: readonly string[] = [],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const output = await repository.git(['cat-file', '--buffer', '--batch-check=%(objecttype)'], {
    input: [`${ids.join('\n')}\n`],
    alternates,
  });
  const lines = output.toString('latin1').split('\n');
  return ids.filter((_id, index) => lines[index]?.endsWith(' missing') ?? true);
}

/** Packs objects that only the alternates hold into the repository itself. */
export async function copyObjects(
  repository: ShadowRepository,
  ids: readonly string[],
  alternates: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  // No search for deltas: the pack is read a few times and its size hardly matters.
  const pack = [
    'pack-objects',
    '--quiet',
    '--window=0',
    '--delta-base-offset',
    'objects/pack/pack',
  ];
  await repository.git(pack, { input: [`${ids.join('\n')}\n`], alternates });
}
