/**
 * Makes this process the one owner of a run. Whoever wants to replace owner.json first creates a claim file
 * whose name follows from the text that it replaces, so that of several that saw the same dead owner exactly
 * one goes on. A claim whose maker died in mid-way is passed over by a claim named after it.
 */
import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { writeDurably } from '../adapters/durableFiles.ts';
import { isOwnerAlive, ownerPath, parseOwner, readOwnerText, type RunOwner } from './runOwner.ts';

/** What a process that owns a run can do about that. */
export interface Ownership {
  /** Gives the run back; the file goes on to say who had it last. */
  release(): Promise<void>;
}

export type ClaimResult =
  | { readonly type: 'claimed'; readonly ownership: Ownership }
  | { readonly type: 'held'; readonly by: RunOwner };

/** Looks at a claim that another process is about to finish: it writes one small file. */
const MAX_TRIES = 200;
const RETRY_MS = 10;

/** Age at which a claim without a name in it is one whose maker died: writing the name takes a millisecond. */
const TORN_CLAIM_MS = 5000;

/** Takes the run, unless a living process has it. */
export async function claimRun(directory: string, mine: RunOwner): Promise<ClaimResult> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await readOwnerText(directory);
    const present = parseOwner(before);
    if (present !== null && (await isOwnerAlive(present))) return { type: 'held', by: present };
    if (await replaceOwner({ directory, before, mine })) {
      return { type: 'claimed', ownership: { release: () => release(directory, mine) } };
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  throw new Error(
    `Cannot take over the run in ${directory}: other processes keep taking it. Try again.`,
  );
}

/** False when another process is doing the same. */
async function replaceOwner(change: {
  readonly directory: string;
  readonly before: string;
  readonly mine: RunOwner;
}): Promise<boolean> {
  const { directory, before, mine } = change;
  const claims = await takeClaim(directory, before, mine);
  if (claims === null) return false;
  try {
    // Somebody may have come and gone between the look and the claim.
    if ((await readOwnerText(directory)) !== before) return false;
    await writeDurably(ownerPath(directory), JSON.stringify(mine));
    return true;
  } finally {
    for (const claim of claims) await rm(claim, { force: true });
  }
}

/** The claim files that are ours to remove, or null when a living process holds the claim. */
async function takeClaim(
  directory: string,
  before: string,
  mine: RunOwner,
): Promise<readonly string[] | null> {
  const claims: string[] = [];
  let replaced = before;
  for (;;) {
    const claim = path.join(directory, `owner.${sha256(replaced).slice(0, 16)}.claim`);
    claims.push(claim);
    if (await writeNew(claim, JSON.stringify(mine))) return claims;
    const text = await readClaim(claim);
    if (text === null) return null;
    const holder = parseOwner(text);
    if (holder === null ? !(await isAbandoned(claim)) : await isOwnerAlive(holder)) return null;
    replaced += text === '' ? 'torn' : text;
  }
}

async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null when its maker has removed it meanwhile. */
async function readClaim(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs > TORN_CLAIM_MS;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

// Nobody else writes the file while the owner lives, so that it needs no claim to say that it is done.
async function release(directory: string, mine: RunOwner): Promise<void> {
  const done = { ...mine, socket: null, token: null, released: true };
  await writeDurably(ownerPath(directory), JSON.stringify(done));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
