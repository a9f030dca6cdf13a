import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../../../base/json.ts';
import {
  DECISIONS_SEAL_FILE,
  encodeDecisionLine,
  type DecisionsSeal,
} from '../../../core/evidence/audit/seals.ts';
import { GENESIS_HASH } from '../../../core/journal/journalLines.ts';
import { Decision } from '../../../protocol/proposals.ts';
import { RUN_LOCK_WAIT_MS, runLockFile } from '../locks/lockFiles.ts';
import { withLock } from '../locks/processLock.ts';
import { writeDurably } from '../durableFiles.ts';
import { readJournalHead } from './journalHead.ts';
import { readIfThere } from '../../../node/readIfThere.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';
import { runDirectory } from './runFolders.ts';

/** The append-only decisions of one run's reviewer. */
export interface DecisionLog {
  /** Resolves once the decision is durable. */
  append(decision: Decision): Promise<void>;
  /** Every whole line, in order; a torn last line never counted. */
  read(): Promise<readonly Decision[]>;
}

/** Opens `decisions.jsonl` in a run's folder. Several processes may append; the lock keeps their chain one chain. */
export function createDecisionLog(options: {
  readonly runDirectory: string;
  readonly lockFile: string;
}): DecisionLog {
  const { runDirectory, lockFile } = options;
  const file = path.join(runDirectory, 'decisions.jsonl');
  const lock = { file: lockFile, purpose: `record a decision in ${runDirectory}` };
  return {
    append: async (decision) => {
      const checked = Decision.parse(decision);
      const request = { ...lock, waitMs: RUN_LOCK_WAIT_MS };
      await withLock(request, () => appendDecision(runDirectory, checked));
    },
    read: () => readDecisions(file),
  };
}

/** The decisions about a run. */
export function openDecisionLog(stateDirectory: string, runId: string): DecisionLog {
  return createDecisionLog({
    runDirectory: runDirectory(stateDirectory, runId),
    lockFile: runLockFile(stateDirectory, runId),
  });
}

async function readDecisions(file: string): Promise<readonly Decision[]> {
  const text = (await readIfThere(file)) ?? '';
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return lines.map((line, index) => {
    try {
      return Decision.parse(parseJson(line));
    } catch (cause) {
      throw new Error(`Cannot read ${file}: line ${index + 1} is not a decision.`, { cause });
    }
  });
}

/** Hangs the decision on the one before it and on the journal as it is now. */
async function appendDecision(directory: string, decision: Decision): Promise<void> {
  const journal = await readJournalHead(path.join(directory, 'journal.jsonl'));
  const handle = await open(path.join(directory, 'decisions.jsonl'), 'a+', 0o600);
  let seal: DecisionsSeal;
  try {
    const { seq, prev } = await cutToWholeLines(handle);
    const line = encodeDecisionLine(decision, { seq: seq + 1, prev, journal });
    await handle.appendFile(`${line}\n`);
    await handle.datasync();
    seal = { v: 1, seq: seq + 1, head: sha256Hex(line) };
  } finally {
    await handle.close();
  }
  await writeDurably(path.join(directory, DECISIONS_SEAL_FILE), JSON.stringify(seal));
}

async function cutToWholeLines(
  handle: FileHandle,
): Promise<{ readonly seq: number; readonly prev: string }> {
  const bytes = await handle.readFile();
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  if (wholeBytes < bytes.length) await handle.truncate(wholeBytes);
  if (wholeBytes === 0) return { seq: 0, prev: GENESIS_HASH };
  const whole = bytes.subarray(0, wholeBytes - 1);
  const seq = whole.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 1);
  return { seq, prev: sha256Hex(whole.subarray(whole.lastIndexOf(0x0a) + 1)) };
}
