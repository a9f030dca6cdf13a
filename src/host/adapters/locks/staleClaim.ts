/**
 * The right to replace what a dead holder left. Of several that see the same dead holder, only the one that makes
 * a claim named after the holder's own text may replace that text, and never one that has come in its place. A
 * claim names its maker: while that process lives the others wait, however long it takes; when it is dead, its
 * claim is passed over by one named after both. No two holders may ever leave the same text.
 */
import { rm } from 'node:fs/promises';
import { holderOf, type LockHolder } from './lockHolder.ts';
import { isLabelAlive, newLabel, publishLabel, readLabel } from './lockLabel.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** Claims over one dead holder: as many processes died one after the other in the millisecond that a claim is held. */
const MAX_CLAIMS = 100;

export interface StaleHolder {
  /** Where the claims are: a file's path, to which a hash and `.claim` are added. */
  readonly prefix: string;
  /** What the dead holder left. */
  readonly seen: string;
  /** What is there now. */
  readonly readAgain: () => Promise<string | null>;
}

export type Replacement =
  | { readonly type: 'replaced' }
  /** Somebody else has replaced it: there is another holder, or none. */
  | { readonly type: 'changed' }
  /** A living process is about to. */
  | { readonly type: 'held'; readonly by: LockHolder };

/** Does `replace` when what the dead holder left is still there and no other process can touch it meanwhile. */
export async function replaceStale(
  stale: StaleHolder,
  replace: () => Promise<unknown>,
): Promise<Replacement> {
  const claimed = await takeClaim(stale);
  if (claimed.type !== 'claimed') return claimed;
  try {
    // Somebody may have come and gone between the look and the claim.
    if ((await stale.readAgain()) !== stale.seen) return { type: 'changed' };
    await replace();
    return { type: 'replaced' };
  } finally {
    for (const claim of claimed.claims) await rm(claim, { force: true });
  }
}

type Claimed =
  /** The claims that are ours to remove: our own, and those of dead makers before it. */
  | { readonly type: 'claimed'; readonly claims: readonly string[] }
  | Exclude<Replacement, { type: 'replaced' }>;

async function takeClaim({ prefix, seen }: StaleHolder): Promise<Claimed> {
  const mine = await newLabel();
  const claims: string[] = [];
  let replaced = seen;
  for (let tries = 0; tries < MAX_CLAIMS; tries += 1) {
    const claim = `${prefix}.${sha256Hex(replaced).slice(0, 16)}.claim`;
    claims.push(claim);
    if (await publishLabel(claim, mine)) return { type: 'claimed', claims };
    const other = await readLabel(claim);
    // Whoever had it is done.
    if (other === null) return { type: 'changed' };
    if (await isLabelAlive(other)) return { type: 'held', by: await holderOf(claim, other) };
    // An empty one would lead back to itself.
    replaced += other === '' ? 'torn' : other;
  }
  throw new Error(`There are ${MAX_CLAIMS} claims beside it; remove ${prefix}*.claim.`);
}
