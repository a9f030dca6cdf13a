import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../../base/errorText.ts';
import { parseJson } from '../../../base/json.ts';
import { Mutex } from '../../../base/mutex.ts';
import { Decision } from '../../../protocol/proposals.ts';

/** The append-only decisions of one run's reviewer. */
export interface DecisionLog {
  /** Resolves once the decision is durable. */
  append(decision: Decision): Promise<void>;
  /** Every whole line, in order; a torn last line never counted. */
  read(): Promise<readonly Decision[]>;
}

/** Opens `decisions.jsonl` in a run's folder; there must be one writer. */
export function createDecisionLog(runDirectory: string): DecisionLog {
  const file = path.join(runDirectory, 'decisions.jsonl');
  const writing = new Mutex();
  return {
    append: (decision) =>
      writing.run(() => appendLine(file, JSON.stringify(Decision.parse(decision)))),
    read: () => readDecisions(file),
  };
}

async function readDecisions(file: string): Promise<readonly Decision[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return lines.map((line, index) => {
    try {
      return Decision.parse(parseJson(line));
    } catch (cause) {
      throw new Error(`Cannot read ${file}: line ${index + 1} is no decision.`, { cause });
    }
  });
}

async function appendLine(file: string, line: string): Promise<void> {
  const handle = await open(file, 'a+', 0o600);
  try {
    const bytes = await handle.readFile();
    const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
    if (wholeBytes < bytes.length) await handle.truncate(wholeBytes);
    await handle.appendFile(`${line}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
