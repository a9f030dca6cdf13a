/** What somebody kept outside of the run's folder: without it, whoever writes the folder could have written all of it. */
import type { Findings } from './auditFinding.ts';
import { JOURNAL_FILE } from './auditJournal.ts';
import { DECISIONS_FILE } from './auditDecisions.ts';
import type { Chain } from './chainLines.ts';
import type { RunFolder } from './runFolder.ts';

/** A hash that was noted down, or a statement whose signature was found good. */
export type Anchor =
  | { readonly type: 'hash'; readonly head: string }
  | {
      readonly type: 'signature';
      /** Who signed, by the hash of the public key. */
      readonly keyId: string;
      readonly head: string;
      readonly decisionsHead: string | null;
      /** Hash of every file that was signed, by name. */
      readonly files: ReadonlyMap<string, string>;
    };

/** How far the folder is proven from outside. */
export type AnchorResult =
  | { readonly type: 'unanchored' }
  /** The last entry that the anchor covers. */
  | { readonly type: 'anchored'; readonly by: Anchor['type']; readonly seq: number }
  | { readonly type: 'refuted' };

interface Context {
  readonly folder: RunFolder;
  readonly journal: Chain;
  readonly decisions: Chain | null;
}

/** Holds each anchor against the folder; the one that reaches furthest counts. */
export async function checkAnchor(
  context: Context,
  anchors: readonly Anchor[],
  findings: Findings,
): Promise<AnchorResult> {
  let best: Exclude<AnchorResult, { type: 'refuted' }> = { type: 'unanchored' };
  for (const anchor of anchors) {
    const entry = context.journal.lines.find(({ hash }) => hash === anchor.head);
    if (entry === undefined || entry.seq === null) {
      const message = `No entry has the hash ${anchor.head}: this is not the anchored journal.`;
      findings.broken(JOURNAL_FILE, message);
      return { type: 'refuted' };
    }
    if (anchor.type === 'signature') await checkSigned(context, anchor, findings);
    if (best.type === 'unanchored' || best.seq < entry.seq) {
      best = { type: 'anchored', by: anchor.type, seq: entry.seq };
    }
  }
  return best;
}

async function checkSigned(
  { folder, journal, decisions }: Context,
  anchor: Extract<Anchor, { type: 'signature' }>,
  findings: Findings,
): Promise<void> {
  const { head, decisionsHead, files } = anchor;
  if (
    decisionsHead !== null &&
    decisions?.lines.some(({ hash }) => hash === decisionsHead) !== true
  ) {
    findings.broken(DECISIONS_FILE, 'The signed decisions are not among these.');
  }
  const hasGoneOn = journal.headHash !== head;
  for (const [name, sha256] of files) {
    // These only grow, and were held against their heads.
    if (name === JOURNAL_FILE || name === DECISIONS_FILE) continue;
    const isGone = !folder.files.has(name);
    if (!isGone && (await folder.sha256(name)) === sha256) continue;
    const what = isGone ? 'is missing' : 'was changed';
    if (isWrittenAnew(name, hasGoneOn) && !isGone) {
      findings.note(name, 'It was rewritten after the signature, because the run continued.');
    } else {
      findings.broken(name, `It ${what} since it was signed.`);
    }
  }
}

/** Decisions go on after an export; the rest changes only with the journal. */
function isWrittenAnew(name: string, hasGoneOn: boolean): boolean {
  if (name === 'decisions.seal.json') return true;
  return hasGoneOn && !/^(?:blobs|children|verify)\//u.test(name);
}
