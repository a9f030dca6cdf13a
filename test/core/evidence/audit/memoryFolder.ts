import { encodeJournalLine, GENESIS_HASH } from '../../../../src/core/journal/journalLines.ts';
import type { RunFolder } from '../../../../src/core/evidence/audit/runFolder.ts';
import { auditRun, type AuditResult } from '../../../../src/core/evidence/audit/auditRun.ts';
import type { Anchor } from '../../../../src/core/evidence/audit/anchors.ts';
import type { DurableRunEvent } from '../../../../src/protocol/events/runEvents.ts';
import { sha256Hex } from '../../../../src/node/sha256Hex.ts';

/** Files by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A run's folder in memory. */
export function memoryFolder(files: Files, isLive = false): RunFolder {
  const bytes = new Map(Object.entries(files).map(([name, file]) => [name, toBytes(file)]));
  const get = (name: string): Uint8Array => bytes.get(name) ?? new Uint8Array();
  return {
    runId: 'run-1',
    isLive,
    strange: [],
    files: new Map([...bytes].map(([name, file]) => [name, file.length])),
    sha256: (name, firstBytes) => Promise.resolve(sha256Hex(get(name).subarray(0, firstBytes))),
    read: (name) => Promise.resolve(get(name)),
  };
}

/** Audits such a folder. */
export async function audit(files: Files, anchors: readonly Anchor[] = []): Promise<AuditResult> {
  return (await auditRun(memoryFolder(files), anchors)).result;
}

/** What an audit found, as short lines. */
export function shortly({ findings }: AuditResult, severity = 'broken'): readonly string[] {
  return findings
    .filter((finding) => finding.severity === severity)
    .map(({ file, seq, message }) => `${file}${seq === null ? '' : ` ${seq}`}: ${message}`);
}

/** Events as the lines of a journal. */
export function journalOf(events: readonly DurableRunEvent[]): readonly string[] {
  let prev = GENESIS_HASH;
  return events.map((event) => {
    const line = encodeJournalLine(event, prev);
    prev = sha256Hex(line);
    return line;
  });
}

/** Lines as a file. */
export function fileOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function toBytes(file: string | Uint8Array): Uint8Array {
  return typeof file === 'string' ? new TextEncoder().encode(file) : file;
}
