import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../../base/errorText.ts';
import type { Log } from '../../../core/ports/log.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';
import { inPrivateFolder } from '../inPrivateFolder.ts';

export interface PatchFile {
  /** The run's folder. */
  readonly directory: string;
  /** Path inside of it. */
  readonly name: string;
  readonly log: Log;
}

/** As with a transcript, a failure is logged and stops nobody, and half a file is none. */
export async function writePatch(
  { directory, name, log }: PatchFile,
  patch: Uint8Array | null,
): Promise<FileMark | null> {
  const file = path.join(directory, name);
  try {
    if (patch !== null) {
      await inPrivateFolder(file, () => writeFile(file, patch, { mode: 0o600 }));
      return { name, sha256: sha256Hex(patch), bytes: patch.length };
    }
  } catch (error) {
    log.error('store', 'patch not written', { file, reason: errorText(error) });
  }
  // What an earlier attempt left says nothing about this one.
  await rm(file, { force: true }).catch((error: unknown) => {
    log.error('store', 'patch not removed', { file, reason: errorText(error) });
  });
  return null;
}
