/**
 * What stands beside an append-only file so that its last line is not proven by itself: nothing follows the
 * last line of a chain. Seals lie in the same folder, so they show damage; proof needs a head kept elsewhere.
 */
import * as z from 'zod';
import { parseJson } from '../../../base/json.ts';
import type { Decision } from '../../../protocol/proposals.ts';

/** Written when a journal is closed. */
export const SEAL_FILE = 'seal.json';

/** Written after each decision. */
export const DECISIONS_SEAL_FILE = 'decisions.seal.json';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/u);

/** The journal's last entry, and what the run's own texts were, by name. */
export const Seal = z.strictObject({
  v: z.literal(1),
  seq: z.number().int().nonnegative(),
  head: Sha256,
  files: z.record(z.string(), Sha256),
});
export type Seal = z.infer<typeof Seal>;

/** The last decision. */
export const DecisionsSeal = z.strictObject({
  v: z.literal(1),
  seq: z.number().int().positive(),
  head: Sha256,
});
export type DecisionsSeal = z.infer<typeof DecisionsSeal>;

/** How a decision hangs on the one before it, and on the journal as it was when it was taken. */
export const DecisionLink = z.object({
  seq: z.number().int().positive(),
  prev: Sha256,
  journal: z.object({ seq: z.number().int().nonnegative(), head: Sha256 }),
});
export type DecisionLink = z.infer<typeof DecisionLink>;

/** The line of a decision, without its line break. */
export function encodeDecisionLine(decision: Decision, link: DecisionLink): string {
  const { seq, prev, journal } = link;
  return JSON.stringify({ seq, prev, journal, ...decision });
}

/** A seal as it was written; null for anything else, a changed blank included. */
export function readSeal<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | null {
  const text = new TextDecoder().decode(bytes);
  try {
    const seal = schema.safeParse(parseJson(text));
    return seal.success && JSON.stringify(seal.data) === text ? seal.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
