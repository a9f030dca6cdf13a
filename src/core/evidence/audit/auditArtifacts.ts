/** Compares the files of a run's folder with what journal, decisions and seals say about them. */
import {
  lastSession,
  blobsNamed,
  filesMarked,
  patchName,
  transcriptName,
  type MarkedFile,
} from './namedFiles.ts';
import type { AuditedDecision } from './auditDecisions.ts';
import { DECISIONS_FILE } from './auditDecisions.ts';
import type { Findings } from './auditFinding.ts';
import { JOURNAL_FILE, type AuditedEntry } from './auditJournal.ts';
import type { RunFolder } from './runFolder.ts';
import { DECISIONS_SEAL_FILE, SEAL_FILE, type Seal } from './seals.ts';

/** What an audit has read so far. */
export interface AuditedRun {
  readonly entries: readonly AuditedEntry[];
  readonly decisions: readonly AuditedDecision[];
  readonly seal: Seal | null;
}

/** Exactly what was approved. */
const SCRIPT_FILE = 'script.js';

const BLOB = /^blobs\/([0-9a-f]{64})$/u;
const CHILD = /^children\/([0-9a-f]{64})\.js$/u;

/** The process that writes, and its claims: they hold a token, prove nothing and leave nothing behind. */
export const OWNER_FILE =
  /^owner\.(?:json(?:\.\d+\.\d+\.tmp)?|[0-9a-f]+\.claim(?:\.[\w-]+\.draft)?)$/u;

/** A claim of a process that was killed: a link that leads nowhere. */
const OWNER_CLAIM = /^owner\.[0-9a-f]+\.claim$/u;

/** Checks every file once; each is either covered, or said not to be. */
export async function auditArtifacts(
  folder: RunFolder,
  run: AuditedRun,
  findings: Findings,
): Promise<void> {
  for (const name of folder.strange) {
    if (OWNER_CLAIM.test(name)) continue;
    findings.broken(name, 'This is neither a file nor a folder. It was not followed.');
  }
  const covered = new Set([JOURNAL_FILE, DECISIONS_FILE, SEAL_FILE, DECISIONS_SEAL_FILE]);
  for (const name of await checkHashNames(folder, findings)) covered.add(name);
  checkBlobsThere(folder, run, findings);
  if (await checkScript(folder, run, findings)) covered.add(SCRIPT_FILE);
  for (const name of await checkMarked(folder, run, findings)) covered.add(name);
  for (const name of await checkSealed(folder, run, findings)) covered.add(name);
  for (const name of folder.files.keys()) {
    if (covered.has(name) || OWNER_FILE.test(name)) continue;
    findings.uncovered(name, whyUncovered(name, run));
  }
}

/** Files that are called by their hash. */
async function checkHashNames(folder: RunFolder, findings: Findings): Promise<readonly string[]> {
  const checked: string[] = [];
  for (const name of folder.files.keys()) {
    const named = (BLOB.exec(name) ?? CHILD.exec(name))?.[1];
    if (named === undefined) continue;
    checked.push(name);
    if ((await folder.sha256(name)) === named) continue;
    findings.broken(name, 'It was changed: its content does not hash to its name.');
  }
  return checked;
}

function checkBlobsThere(folder: RunFolder, run: AuditedRun, findings: Findings): void {
  for (const [sha256, by] of blobsNamed(run.entries, run.decisions)) {
    const name = `blobs/${sha256}`;
    if (folder.files.has(name)) continue;
    findings.broken(name, `It is missing, and ${by} refers to it.`);
  }
  for (const { event, line } of run.entries) {
    if (event.type !== 'workflow.started') continue;
    const name = `children/${event.scriptSha256}.js`;
    if (folder.files.has(name)) continue;
    findings.broken(name, `It is missing, and entry ${event.seq} of the journal ran it.`, {
      line,
      seq: event.seq,
    });
  }
}

/** True when it was looked at. */
async function checkScript(
  folder: RunFolder,
  { entries }: AuditedRun,
  findings: Findings,
): Promise<boolean> {
  const session = lastSession(entries);
  // A run that is being resumed has its script on the disk before the entry that names it.
  if (session === null || folder.isLive) return false;
  const { seq, scriptSha256 } = session;
  if (!folder.files.has(SCRIPT_FILE)) {
    findings.broken(SCRIPT_FILE, `It is missing, and entry ${seq} of the journal approved it.`, {
      seq,
    });
  } else if ((await folder.sha256(SCRIPT_FILE)) !== scriptSha256) {
    const message = `It is not the script that entry ${seq} of the journal approved.`;
    findings.broken(SCRIPT_FILE, message, { seq });
  }
  return true;
}

/** Files whose hash an entry holds. */
async function checkMarked(
  folder: RunFolder,
  { entries }: AuditedRun,
  findings: Findings,
): Promise<readonly string[]> {
  const marked = filesMarked(entries);
  for (const [name, file] of marked) {
    const size = folder.files.get(name);
    const { seq, mark } = file;
    if (size === undefined) {
      findings.broken(name, `It is missing, and entry ${seq} of the journal has its hash.`, {
        seq,
      });
    } else if (size < mark.bytes) {
      const message = `It is shorter than entry ${seq} of the journal says it was: it was cut off or changed.`;
      findings.broken(name, message, { seq });
    } else if (!(await isAsMarked(folder, file, size))) {
      findings.broken(name, `It is not what entry ${seq} of the journal says it was.`, { seq });
    } else if (size > mark.bytes) {
      const message = `What follows byte ${mark.bytes} belongs to an agent that never ended; nothing covers it.`;
      findings.uncovered(name, message, { seq });
    }
  }
  return [...marked.keys()];
}

async function isAsMarked(folder: RunFolder, file: MarkedFile, size: number): Promise<boolean> {
  const { bytes, name, sha256 } = file.mark;
  if (size > bytes && !file.mayHaveGrown && !folder.isLive) return false;
  return (await folder.sha256(name, bytes)) === sha256;
}

/** Texts that were written beside the journal: the seal says what they were when it was closed. */
async function checkSealed(
  folder: RunFolder,
  { seal }: AuditedRun,
  findings: Findings,
): Promise<readonly string[]> {
  // A live run is about to write them anew.
  if (seal === null || folder.isLive) return [];
  const names = Object.keys(seal.files);
  for (const name of names) {
    if (!folder.files.has(name)) {
      findings.broken(name, 'It is missing, and seal.json has its hash.');
    } else if ((await folder.sha256(name)) !== seal.files[name]) {
      findings.broken(name, 'It was changed since seal.json was written.');
    }
  }
  return names;
}

function whyUncovered(name: string, { entries }: AuditedRun): string {
  const isCalled = (nameOf: (agentId: number) => string): boolean =>
    entries.some(({ event }) => event.type === 'agent.queued' && nameOf(event.agentId) === name);
  if (isCalled(transcriptName)) return 'No entry holds the hash of this transcript.';
  if (isCalled(patchName)) return 'No entry holds its hash: its agent did not end after it began.';
  if (/^(?:verify|setup)\//u.test(name)) return 'No entry holds its hash: its command did not end.';
  return 'Neither the journal nor a seal says what it should be.';
}
