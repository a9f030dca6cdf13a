import { createHash } from 'node:crypto';
import type { ApplyPlan, PlannedWrite, WriteOutcome } from '../../../src/protocol/proposals.ts';

/** A file's text or bytes; null for a file that does not exist. */
export type Content = string | Buffer | null;

/** A write of a plain file; `more` sets what is not usual about it. */
export function change(
  path: string,
  before: Content,
  after: Content,
  more: Partial<PlannedWrite> = {},
): PlannedWrite {
  return {
    path,
    hunkIds: ['h'],
    expectedSha256: sha256(before),
    expectedMode: before === null ? null : 0o100644,
    newBytesBase64: after === null ? null : Buffer.from(after).toString('base64'),
    newSha256: sha256(after),
    mode: 0o100644,
    rebased: false,
    rights: null,
    emptyFolders: [],
    ...more,
  };
}

/** A plan of these writes. */
export function planOf(writes: readonly PlannedWrite[], decisionId = 'd'): ApplyPlan {
  return { runId: 'r', decisionId, action: 'accept', problems: [], writes: [...writes] };
}

/** SHA-256 in hex; null for a file that does not exist. */
export function sha256(content: Content): string | null {
  return content === null ? null : createHash('sha256').update(content).digest('hex');
}

/** The outcome of a file that was written without anything to tell. */
export function written(path: string): WriteOutcome {
  return { type: 'written', path };
}

/** What kind each outcome is. */
export function types(outcomes: readonly WriteOutcome[]): string[] {
  return outcomes.map((outcome) => outcome.type);
}

/** Why a file was refused, or what was noted of one that was written. */
export function saidOf([outcome]: readonly WriteOutcome[]): string {
  if (outcome?.type === 'refused') return outcome.reason;
  return outcome?.note ?? '';
}
