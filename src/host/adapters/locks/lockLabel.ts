/**
 * A name in the file system that says which process made it. It comes into being whole or not at all, and
 * for one of several makers only. A symbolic link that leads nowhere is all of that in one step, and needs no
 * room on the disk: what frees space takes a lock first. Where links cannot be made, a file is linked into
 * place instead.
 */
import { randomBytes } from 'node:crypto';
import { link, lstat, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { errorCode } from '../../../base/errorText.ts';
import { processIdentity } from './processIdentity.ts';
import { readIfThere } from '../../../node/readIfThere.ts';
import { ifThere } from '../../../node/ifThere.ts';
import { isMissing } from '../../../node/isMissing.ts';

/** Makes one label differ from every other, those of the same process too. */
const TOKEN_BYTES = 8;

/** Codes by which file systems say that they have no symbolic links for us. */
const NO_SYMLINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

let ownIdentity: Promise<string | null> | null = null;

/** A new text that names this process. */
export async function newLabel(): Promise<string> {
  ownIdentity ??= processIdentity(process.pid);
  return `${process.pid}-${(await ownIdentity) ?? ''}-${randomBytes(TOKEN_BYTES).toString('hex')}`;
}

/** The process that a label names; null for a text that names none. */
export function pidOfLabel(label: string): number | null {
  const pid = LABEL.exec(label)?.[1];
  return pid === undefined ? null : Number(pid);
}

/** Whether that very process lives; one that got its number later does not count. */
export async function isLabelAlive(label: string): Promise<boolean> {
  const [, pid, identity] = LABEL.exec(label) ?? [];
  if (pid === undefined || identity === undefined) return false;
  return (await processIdentity(Number(pid))) === identity;
}

/** False when there is something of that name already. */
export async function publishLabel(
  file: string,
  label: string,
  makeLink: typeof symlink = symlink,
): Promise<boolean> {
  try {
    await makeLink(label, file);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (NO_SYMLINKS.includes(code)) return linkIntoPlace(file, label);
    throw error;
  }
}

/** The text of a label; null when there is none of that name. */
export async function readLabel(file: string): Promise<string | null> {
  try {
    return await readlink(file);
  } catch (error) {
    if (isMissing(error)) return null;
    const code = errorCode(error) ?? '';
    // Windows says UNKNOWN for what is no link.
    if (code === 'EINVAL' || code === 'UNKNOWN') return readIfThere(file);
    throw error;
  }
}

/** When it was made, in milliseconds since the epoch; null when there is none. */
export async function labelTime(file: string): Promise<number | null> {
  return (await ifThere(lstat(file)))?.mtimeMs ?? null;
}

const LABEL = /^(\d{1,10})-(\w*)-[0-9a-f]{16}$/u;

async function linkIntoPlace(file: string, label: string): Promise<boolean> {
  const draft = `${file}.${label}.draft`;
  try {
    await writeFile(draft, label, { flag: 'wx', mode: 0o600 });
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
