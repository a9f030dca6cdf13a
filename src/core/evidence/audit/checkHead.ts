import * as z from 'zod';
import { parseJson, type Json } from '../../../base/json.ts';
import { SCRUBBED } from '../../journal/scrubSecrets.ts';
import type { Findings } from './auditFinding.ts';
import type { AuditedEntry } from './auditJournal.ts';
import { lastSession } from './namedFiles.ts';
import type { RunFolder } from './runFolder.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** What a resume starts from. */
const HEAD_FILE = 'run.json';

const Head = z.object({
  request: z.string(),
  scriptSha256: z.string(),
  snapshotTree: z.string(),
  argsJson: z.string().nullable(),
});

/** Compares run.json with what the journal says was started: the seal covers its bytes, where there is one. */
export async function checkHead(
  folder: RunFolder,
  entries: readonly AuditedEntry[],
  findings: Findings,
): Promise<void> {
  const started = entries.find(({ event }) => event.type === 'run.started')?.event;
  if (started?.type !== 'run.started' || folder.isLive || !folder.files.has(HEAD_FILE)) return;
  const head = Head.safeParse(tryParse(await folder.read(HEAD_FILE)));
  if (!head.success) {
    findings.broken(HEAD_FILE, 'It was changed: Muster does not write it like this.');
    return;
  }
  const { request, scriptSha256, snapshotTree, argsJson } = head.data;
  const differing = [
    ...(request === started.request ? [] : ['the request']),
    ...(scriptSha256 === lastSession(entries)?.scriptSha256 ? [] : ['the script']),
    ...(snapshotTree === started.snapshotTree ? [] : ['the snapshot']),
    ...(isSameArgs(argsJson, started.argsSha256) ? [] : ['the arguments']),
  ];
  if (differing.length === 0) return;
  const names = differing.join(', ');
  findings.broken(HEAD_FILE, `It disagrees with the journal on ${names}.`, {
    seq: started.seq,
  });
}

// Arguments that held a token are not what was hashed any more.
function isSameArgs(argsJson: string | null, sha256: string): boolean {
  const text = argsJson ?? 'undefined';
  return text.includes(SCRUBBED) || sha256Hex(text) === sha256;
}

function tryParse(bytes: Uint8Array): Json {
  try {
    return parseJson(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
