import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Characters of the original name in the new one: enough to know it, few enough for any file system. */
const MAX_NAME_CHARACTERS = 60;

/** Keeps bytes that would be lost in a new file beside the one they were meant for; gives its name. */
export async function keepBeside(file: string, bytes: Uint8Array): Promise<string> {
  const name = keptName(file);
  await writeFile(path.join(path.dirname(file), name), bytes, { flag: 'wx' });
  return name;
}

/** Gives whatever stands under a temporary name, a folder too, a name that people see; gives that name. */
export async function moveBeside(file: string, temporary: string): Promise<string> {
  const name = keptName(file);
  await rename(temporary, path.join(path.dirname(file), name));
  return name;
}

function keptName(file: string): string {
  const stem = path.basename(file).slice(0, MAX_NAME_CHARACTERS);
  return `${stem}.kept-${randomBytes(4).toString('hex')}`;
}
