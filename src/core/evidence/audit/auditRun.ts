/**
 * The audit of a run's folder: is the journal one unbroken chain, do decisions and files hang on it, and does
 * everything that was applied lead back to an agent and an approval. It reads, and believes nothing.
 */
import { auditArtifacts, type AuditedRun } from './auditArtifacts.ts';
import { auditDecisions, DECISIONS_FILE, type AuditedDecision } from './auditDecisions.ts';
import { checkAnchor, type Anchor, type AnchorResult } from './anchors.ts';
import { Findings, type AuditFinding } from './auditFinding.ts';
import { auditJournal, JOURNAL_FILE, type AuditedEntry } from './auditJournal.ts';
import { checkHead } from './checkHead.ts';
import { checkReport } from './checkReport.ts';
import type { Chain } from './chainLines.ts';
import type { RunFolder } from './runFolder.ts';
import { DECISIONS_SEAL_FILE, DecisionsSeal, readSeal, Seal, SEAL_FILE } from './seals.ts';
import { traceApplied, type HunkOrigin } from './traceApplied.ts';
import type * as z from 'zod';

/** What an audit found. */
export interface AuditResult {
  readonly runId: string;
  readonly verdict: 'whole' | 'broken';
  readonly anchor: AnchorResult;
  /** The entry that the report in this folder names as the head; null where it names none. */
  readonly reportSeq: number | null;
  /** A living process still writes; what it has written so far was audited. */
  readonly isLive: boolean;
  readonly entries: number;
  readonly headHash: string;
  readonly decisions: number;
  readonly decisionsHead: string | null;
  readonly applied: readonly HunkOrigin[];
  readonly findings: readonly AuditFinding[];
  /** Findings beyond those that are listed. */
  readonly leftOut: number;
}

/** An audit with what it read, for whoever goes on with it. */
export interface AuditedFolder {
  readonly result: AuditResult;
  readonly entries: readonly AuditedEntry[];
  readonly decisions: readonly AuditedDecision[];
}

/** Reads the whole folder. */
export async function auditRun(
  folder: RunFolder,
  anchors: readonly Anchor[],
): Promise<AuditedFolder> {
  const findings = new Findings();
  const seal = await readSealFile(folder, { name: SEAL_FILE, schema: Seal }, findings);
  const bytes = await readJournalFile(folder, findings);
  const journal = auditJournal({ runId: folder.runId, bytes, seal }, findings);
  const { entries, chain } = journal;
  const decided = await readDecisions(folder, chain, findings);
  const run: AuditedRun = { entries, decisions: decided?.decisions ?? [], seal };
  noteEnd(folder, { entries, chain, seal }, findings);
  await auditArtifacts(folder, run, findings);
  await checkHead(folder, entries, findings);
  const reportSeq = await checkReport(folder, { chain, entries }, findings);
  const applied = traceApplied(run, await proposalsOf(folder), findings);
  const context = { folder, journal: chain, decisions: decided?.chain ?? null };
  const anchor = await checkAnchor(context, anchors, findings);
  const result: AuditResult = {
    runId: folder.runId,
    isLive: folder.isLive,
    anchor,
    reportSeq,
    applied,
    verdict: findings.isBroken ? 'broken' : 'whole',
    entries: chain.headSeq,
    headHash: chain.headHash,
    decisions: decided?.chain.headSeq ?? 0,
    decisionsHead: decided?.chain.headHash ?? null,
    findings: findings.list(),
    leftOut: findings.leftOut,
  };
  return { result, entries, decisions: run.decisions };
}

async function readJournalFile(folder: RunFolder, findings: Findings): Promise<Uint8Array> {
  if (folder.files.has(JOURNAL_FILE)) return folder.read(JOURNAL_FILE);
  findings.broken(JOURNAL_FILE, 'It is missing, and everything else depends on it.');
  return new Uint8Array();
}

async function readDecisions(
  folder: RunFolder,
  journal: Chain,
  findings: Findings,
): Promise<ReturnType<typeof auditDecisions> | null> {
  const name = DECISIONS_SEAL_FILE;
  const seal = await readSealFile(folder, { name, schema: DecisionsSeal }, findings);
  if (!folder.files.has(DECISIONS_FILE)) {
    if (seal !== null) findings.broken(DECISIONS_FILE, `It is missing, and ${name} has its head.`);
    return null;
  }
  const bytes = await folder.read(DECISIONS_FILE);
  const audited = auditDecisions({ bytes, seal, journal }, findings);
  const { headSeq, tornBytes } = audited.chain;
  if (tornBytes > 0) noteTorn(DECISIONS_FILE, tornBytes, findings);
  if (headSeq > (seal?.seq ?? 0) && headSeq > 0) {
    const message = `Nothing in this folder vouches for entry ${headSeq}, the last: ${name} does not mention it.`;
    findings.uncovered(DECISIONS_FILE, message, { seq: headSeq });
  }
  return audited;
}

async function readSealFile<T>(
  folder: RunFolder,
  file: { readonly name: string; readonly schema: z.ZodType<T> },
  findings: Findings,
): Promise<T | null> {
  if (!folder.files.has(file.name)) return null;
  const seal = readSeal(file.schema, await folder.read(file.name));
  if (seal === null)
    findings.broken(file.name, 'It was changed: Muster does not write it like this.');
  return seal;
}

/** Says which entries at the end rest on nothing but themselves. */
function noteEnd(
  folder: RunFolder,
  given: {
    readonly entries: readonly AuditedEntry[];
    readonly chain: Chain;
    readonly seal: Seal | null;
  },
  findings: Findings,
): void {
  const { entries, chain, seal } = given;
  const { headSeq, tornBytes } = chain;
  if (tornBytes > 0) noteTorn(JOURNAL_FILE, tornBytes, findings);
  if (folder.isLive) {
    findings.note(JOURNAL_FILE, `The run is still going; entries 1 to ${headSeq} were audited.`);
    return;
  }
  const last = entries.at(-1)?.event.type;
  const isEnded = entries.some(({ event }) => event.type === 'run.ended');
  if (!isEnded || (last !== 'run.ended' && last !== 'gate.answered')) {
    findings.note(JOURNAL_FILE, 'The run was interrupted: its last session did not end.');
  }
  if (headSeq > (seal?.seq ?? 0)) {
    const message = `Nothing in this folder vouches for entry ${headSeq}, the last: ${SEAL_FILE} does not mention it.`;
    findings.uncovered(JOURNAL_FILE, message, { seq: headSeq });
  }
}

function noteTorn(file: string, bytes: number, findings: Findings): void {
  findings.note(
    file,
    `${bytes} bytes after the last complete line are a cut-off write and do not count.`,
  );
}

async function proposalsOf(folder: RunFolder): Promise<string | null> {
  if (!folder.files.has('proposals.json')) return null;
  return new TextDecoder().decode(await folder.read('proposals.json'));
}
