import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorText } from '../../base/errorText.ts';
import { plural } from '../../base/format.ts';
import type { Anchor } from '../../core/evidence/audit/anchors.ts';
import type { AuditFinding } from '../../core/evidence/audit/auditFinding.ts';
import { auditRun, type AuditResult } from '../../core/evidence/audit/auditRun.ts';
import { SignatureError } from '../../host/audit/dsse.ts';
import { openRunFolder } from '../../host/audit/openRunFolder.ts';
import { readSignedAnchor } from '../../host/audit/readAnchors.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { openRuns, type RunsOnDisk } from '../openRuns.ts';
import { isMissing } from '../../node/isMissing.ts';
import { runDirectory } from '../../host/adapters/store/runFolders.ts';
import { findRun } from '../findRun.ts';

export interface AuditOptions extends CommonOptions {
  readonly anchor: readonly string[];
  readonly signature?: string | undefined;
  readonly publicKey?: string | undefined;
}

/** `muster audit`: whether anything was changed, dropped or reordered in a run's evidence, and where. */
export async function auditCommand(
  ctx: CliContext,
  name: string,
  options: AuditOptions,
): Promise<ExitCode> {
  const found = await openRuns(ctx, options);
  const runId = await findFolder(found, name);
  const anchors = await readAnchors(runId, options);
  const directory = runDirectory(found.services.stateDirectory, runId);
  const { result } = await auditRun(await openRunFolder(directory), anchors);
  if (options.json === true) printLine(ctx.stdout, JSON.stringify(result));
  else for (const line of describeAudit(result)) printLine(ctx.stdout, line);
  return result.verdict === 'whole' ? EXIT.ok : EXIT.failed;
}

/** A folder that has lost its journal is no run to any other command; here it is the very finding. */
async function findFolder(found: RunsOnDisk, name: string): Promise<string> {
  try {
    const { stateDirectory } = found.services;
    if ((await lstat(runDirectory(stateDirectory, name))).isDirectory()) return name;
  } catch (error) {
    if (!isMissing(error) && /^[\w.-]+$/u.test(name)) throw error;
  }
  return findRun(found, name);
}

async function readAnchors(runId: string, options: AuditOptions): Promise<readonly Anchor[]> {
  const { anchor, signature, publicKey } = options;
  const hashes = anchor.map((text): Anchor => {
    const head = text.trim().toLowerCase();
    if (/^[0-9a-f]{64}$/u.test(head)) return { type: 'hash', head };
    throw new CliError(EXIT.usage, `--anchor "${text}" is not a SHA-256 hash of 64 hex digits.`);
  });
  if (signature === undefined && publicKey === undefined) return hashes;
  if (signature === undefined || publicKey === undefined) {
    throw new CliError(
      EXIT.usage,
      'A signature needs both: --signature FILE and --public-key FILE.',
    );
  }
  const files = { signatureFile: resolve(signature), publicKeyFile: resolve(publicKey) };
  try {
    return [...hashes, await readSignedAnchor({ runId, ...files })];
  } catch (error) {
    if (error instanceof SignatureError) throw new CliError(EXIT.failed, error.message);
    if (isMissing(error)) throw new CliError(EXIT.usage, errorText(error));
    throw error;
  }
}

/** One line on the whole, one on the anchor, one for each finding. */
function describeAudit(result: AuditResult): readonly string[] {
  const { runId, verdict, entries, decisions, applied, isLive, findings, leftOut } = result;
  const counts = [
    entries === 1 ? '1 entry' : `${entries} entries`,
    plural(decisions, 'decision'),
    plural(applied.length, 'applied hunk'),
  ];
  const state = isLive ? ', still running' : '';
  return [
    `Run ${runId}: ${verdict === 'whole' ? 'intact' : verdict}${state} (${counts.join(', ')}).`,
    `Head: ${result.headHash}`,
    describeAnchor(result),
    ...describeReportHead(result),
    ...findings.map(describeFinding),
    ...(leftOut === 0 ? [] : [`… and ${plural(leftOut, 'finding')} more.`]),
  ];
}

function describeAnchor({ anchor, entries }: AuditResult): string {
  switch (anchor.type) {
    case 'unanchored':
      return 'Unanchored: nothing outside this folder proves this head. Write it down, or sign an export.';
    case 'refuted':
      return 'Refuted: this is not the anchored journal.';
    case 'anchored': {
      const by = anchor.by === 'signature' ? 'by the signature' : 'by the given hash';
      const rest = anchor.seq < entries ? `; later entries are not` : '';
      return `Anchored ${by} up to entry ${anchor.seq} of ${entries}${rest}.`;
    }
  }
}

/** No more than it proves: who could write the journal anew could write the report anew. */
function describeReportHead({ reportSeq, entries }: AuditResult): readonly string[] {
  if (reportSeq === null) return [];
  return [
    `Anchored by the report up to entry ${reportSeq} of ${entries}, which proves only as much as this folder: compare it with a copy of report.md from elsewhere.`,
  ];
}

function describeFinding({ severity, file, line, seq, message }: AuditFinding): string {
  const at = line === null ? '' : `:${line}`;
  const entry = seq === null ? '' : ` (entry ${seq})`;
  return `${severity}  ${file}${at}${entry}  ${message}`;
}
