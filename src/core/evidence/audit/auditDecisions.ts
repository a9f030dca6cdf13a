import { parseJson, type Json } from '../../../base/json.ts';
import { GENESIS_HASH } from '../../journal/journalLines.ts';
import { Decision } from '../../../protocol/proposals.ts';
import type { Findings } from './auditFinding.ts';
import { checkChain, type Chain, type LinePlace } from './chainLines.ts';
import { DecisionLink, DECISIONS_SEAL_FILE, type DecisionsSeal } from './seals.ts';

/** What the user decided about the proposals. */
export const DECISIONS_FILE = 'decisions.jsonl';

export interface AuditedDecision {
  readonly line: number;
  readonly decision: Decision;
}

export interface AuditedDecisions {
  readonly chain: Chain;
  readonly decisions: readonly AuditedDecision[];
}

/** Follows the decisions, and looks where in the journal each of them hangs. */
export function auditDecisions(
  given: {
    readonly bytes: Uint8Array;
    readonly seal: DecisionsSeal | null;
    readonly journal: Chain;
  },
  findings: Findings,
): AuditedDecisions {
  const { bytes, seal, journal } = given;
  const chain = checkChain(
    {
      file: DECISIONS_FILE,
      bytes,
      sealed: seal === null ? null : { file: DECISIONS_SEAL_FILE, ...seal },
      placeOf,
    },
    findings,
  );
  const decisions = chain.lines.flatMap(({ line, text }): AuditedDecision[] => {
    const decision = Decision.safeParse(tryParse(text));
    return decision.success ? [{ line, decision: decision.data }] : [];
  });
  checkUnlinked(chain, findings);
  checkPlaces(chain, journal, findings);
  return { chain, decisions };
}

function placeOf(text: string): LinePlace {
  const value = tryParse(text);
  if (!Decision.safeParse(value).success)
    return { type: 'unreadable', reason: 'is not a decision' };
  const link = DecisionLink.safeParse(value);
  if (link.success) return { type: 'linked', seq: link.data.seq, prev: link.data.prev };
  return hasLink(value)
    ? { type: 'unreadable', reason: 'does not say what it follows' }
    : { type: 'unlinked' };
}

function hasLink(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(DecisionLink.shape).some((key) => Object.hasOwn(value, key));
}

function tryParse(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Decisions of an older Muster are not linked; one that is not linked behind one that is was put there. */
function checkUnlinked(chain: Chain, findings: Findings): void {
  let linked = 0;
  for (const { line, seq, text } of chain.lines) {
    const { type } = placeOf(text);
    if (type === 'linked') linked += 1;
    if (type !== 'unlinked') continue;
    if (linked > 0) {
      findings.broken(DECISIONS_FILE, `Entry ${seq ?? line} is not linked to those before it.`, {
        line,
        seq,
      });
    } else {
      findings.uncovered(
        DECISIONS_FILE,
        'Decisions come from an older Muster that did not link them.',
      );
    }
  }
}

/** A decision names the journal's last entry at its time. */
function checkPlaces(chain: Chain, journal: Chain, findings: Findings): void {
  const heads = new Map(journal.lines.map(({ seq, hash }) => [seq, hash]));
  for (const { line, seq, text } of chain.lines) {
    const link = DecisionLink.safeParse(tryParse(text));
    if (!link.success || findings.isBrokenAt(DECISIONS_FILE, seq)) continue;
    const { journal: at } = link.data;
    const head = at.seq === 0 ? GENESIS_HASH : heads.get(at.seq);
    if (head === at.head) continue;
    const message = `Entry ${seq ?? line} refers to entry ${at.seq} of the journal, which has changed since.`;
    findings.broken(DECISIONS_FILE, message, { line, seq });
  }
}
