/**
 * What a setup command made in a slot, kept beside the slot, so that every tree there starts with it. Commands
 * write into their tree only, so that what one of them does to these files is gone with its tree.
 */
import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { bringFile } from './bringFile.ts';
import { writeDurably } from '../../durableFiles.ts';
import { plural } from '../../../../base/format.ts';
import { parseJsonAs } from '../../../../base/parseJsonAs.ts';

/** Files that are kept: what a build makes. Installed packages come from the workspace. */
const MAX_SETUP_FILES = 20_000;

/** Their size together; it is needed once a directory, and copied for every command. */
const MAX_SETUP_BYTES = 1024 ** 3;

/** Files that are copied at once. */
const FILE_BATCH = 64;

const Stamp = z.object({ key: z.string(), files: z.array(z.string()) });

/** Whether the slot holds what this setup makes. */
export async function hasSetupFiles(slotDirectory: string, key: string): Promise<boolean> {
  return (await readStamp(slotDirectory))?.key === key;
}

/** Keeps these files of the slot. Rejects when they are too many. */
export async function keepSetupFiles(
  slotDirectory: string,
  { key, files }: { readonly key: string; readonly files: readonly string[] },
): Promise<void> {
  const kept = storeOf(slotDirectory);
  // Forgotten first: what is cut short must not count.
  await rm(stampOf(slotDirectory), { force: true });
  await rm(kept, { recursive: true, force: true });
  const plain = await plainFiles(slotDirectory, files);
  await mkdir(kept, { recursive: true, mode: 0o700 });
  await bringAll(plain, { from: slotDirectory, to: kept });
  await writeDurably(stampOf(slotDirectory), JSON.stringify({ key, files: plain }));
}

/** Brings them into the tree that the slot holds now; what the tree has itself stays. */
export async function bringSetupFiles(slotDirectory: string): Promise<void> {
  const files = (await readStamp(slotDirectory))?.files ?? [];
  await bringAll(files, { from: storeOf(slotDirectory), to: slotDirectory });
}

async function plainFiles(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const plain: string[] = [];
  let bytes = 0;
  for (const file of files) {
    const stats = await lstat(path.join(folder, file));
    if (!stats.isFile()) continue;
    plain.push(file);
    bytes += stats.size;
  }
  if (plain.length <= MAX_SETUP_FILES && bytes <= MAX_SETUP_BYTES) return plain;
  const made = `${plural(plain.length, 'file')}, ${Math.ceil(bytes / 1024 ** 2)} MiB together`;
  throw new Error(
    `The setup command created ${made}; at most ${MAX_SETUP_FILES} files and ${MAX_SETUP_BYTES / 1024 ** 2} MiB can be kept. Let it create only what commands need.`,
  );
}

async function bringAll(
  files: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  for (let start = 0; start < files.length; start += FILE_BATCH) {
    const batch = files.slice(start, start + FILE_BATCH);
    await Promise.all(
      batch.map((file) => bringFile({ source: path.join(from, file), slotDirectory: to, file })),
    );
  }
}

function storeOf(slotDirectory: string): string {
  return `${slotDirectory}.setup`;
}

function stampOf(slotDirectory: string): string {
  return `${slotDirectory}.setup.json`;
}

/** Null when there is none, or only half of one: then the command runs once more. */
async function readStamp(slotDirectory: string): Promise<z.infer<typeof Stamp> | null> {
  const text = await readFile(stampOf(slotDirectory), 'utf8').catch(() => null);
  return text === null ? null : parseJsonAs(Stamp, text);
}
