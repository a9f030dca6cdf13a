/**
 * Takes the objects that no ref leads to out of the shadow repository. `git gc` and `git prune` are left alone:
 * as processes of their own they would go on deleting when this one is killed, while a snapshot that takes it
 * for dead begins. Here git only adds, one pack of all that is reachable; what was there before goes by our own
 * hand. So it can end at any moment, and what is left is more than is needed, never less.
 */
import { appendAll } from '../../../../base/appendAll.ts';
import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../../durableFiles.ts';
import type { ShadowRepository } from './shadowRepository.ts';
import { readIfThere } from '../../../../node/readIfThere.ts';
import { modifiedAtMs } from '../../../../node/modifiedAtMs.ts';

/** Files that are deleted at once. */
const DELETE_BATCH = 64;

const GENERATION_BYTES = 8;

/** Another text after every collection: who remembers which objects there are must forget. */
export async function readGeneration(shadow: ShadowRepository): Promise<string> {
  return (await readIfThere(generationFile(shadow))) ?? '';
}

/** When objects were last collected, in milliseconds since the epoch; null when they never were. */
export function collectedAtMs(shadow: ShadowRepository): Promise<number | null> {
  return modifiedAtMs(generationFile(shadow));
}

/** Nobody may use the repository meanwhile: see tidyShadow. Rejects, with nothing lost, when the signal is aborted. */
export async function collectObjects(shadow: ShadowRepository, signal: AbortSignal): Promise<void> {
  await shadow.ensureCreated();
  const before = await listObjectFiles(shadow);
  // First of all: from the first deletion on nobody's memory may be trusted.
  await writeFile(generationFile(shadow), randomBytes(GENERATION_BYTES).toString('hex'));
  const pack = await packReachable(shadow, signal);
  const outdated = before.filter((file) => !isOf(pack, file));
  // Without its index a pack does not count; without the pack, an index would promise what is not there.
  await deleteAll(outdated.filter(isPackIndex), signal);
  await deleteAll(
    outdated.filter((file) => !isPackIndex(file)),
    signal,
  );
}

async function deleteAll(files: readonly string[], signal: AbortSignal): Promise<void> {
  for (let start = 0; start < files.length; start += DELETE_BATCH) {
    signal.throwIfAborted();
    const batch = files.slice(start, start + DELETE_BATCH);
    await Promise.all(batch.map((file) => rm(file, { force: true })));
  }
}

function isPackIndex(file: string): boolean {
  return file.endsWith('.idx');
}

function generationFile(shadow: ShadowRepository): string {
  return path.join(shadow.gitDir, 'muster-collected');
}

/** Name of a pack, durable, that holds everything that a ref or the index leads to; null when there is nothing. */
async function packReachable(
  shadow: ShadowRepository,
  signal: AbortSignal,
): Promise<string | null> {
  const flags = ['--quiet', '--non-empty', '--all', '--indexed-objects', '--window=0'];
  const pack = ['pack-objects', ...flags, '--delta-base-offset', 'objects/pack/pack'];
  const name = await shadow.gitForId(pack, { input: [], signal });
  if (name === '') return null;
  await syncFolder(path.join(shadow.gitDir, 'objects', 'pack'));
  return `pack-${name}`;
}

function isOf(pack: string | null, file: string): boolean {
  return pack !== null && path.basename(file).startsWith(`${pack}.`);
}

/** Packs, loose objects, and what killed processes left half-written. */
async function listObjectFiles(shadow: ShadowRepository): Promise<readonly string[]> {
  const objects = path.join(shadow.gitDir, 'objects');
  const folders = (await readdir(objects)).filter((name) => /^(?:pack|[0-9a-f]{2})$/u.test(name));
  const files: string[] = [];
  for (const folder of folders) {
    const names = await readdir(path.join(objects, folder));
    appendAll(
      files,
      names.map((name) => path.join(objects, folder, name)),
    );
  }
  return files;
}
