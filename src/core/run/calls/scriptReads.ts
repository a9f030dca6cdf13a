import type { SyncAnswer } from '../../../protocol/threads/scriptMessages.ts';
import { parseJson } from '../../../base/json.ts';
import { classifyPath, normaliseAgentPath } from '../../../paths/protectedPaths.ts';
import { decodeFile, toAgentText } from '../../changes/text/textFile.ts';
import type { ScriptSyncMessage } from '../../ports/scriptRunner.ts';
import { MAX_JSON_TEXT } from '../../../protocol/threads/messageLimits.ts';
import type { RunServices } from '../runConfig.ts';

/** Answers files() and read() from the snapshot: values that are the same on every replay. */
export async function answerScriptRead(
  message: ScriptSyncMessage,
  services: Pick<RunServices, 'snapshot' | 'snapshots'>,
): Promise<SyncAnswer> {
  if (message.method === 'files') {
    const paths = services.snapshot.entries.map((entry) => entry.path);
    return { type: 'value', json: JSON.stringify(paths) };
  }
  const path = parseJson(message.params);
  if (typeof path !== 'string') return refuse('read() needs a path, a string.');
  return readText(path, services);
}

async function readText(
  path: string,
  services: Pick<RunServices, 'snapshot' | 'snapshots'>,
): Promise<SyncAnswer> {
  const normalised = normaliseAgentPath(path);
  if (normalised.type === 'refused') return refuse(`read(): ${normalised.reason}`);
  const entry = services.snapshot.entries.find((candidate) => candidate.path === normalised.path);
  if (entry === undefined || classifyPath(entry.path) === 'hidden') {
    return refuse(`read(): there is no file "${path}" in the snapshot.`);
  }
  const decoded = decodeFile(await services.snapshots.readBlob(entry.blob));
  if (decoded.type === 'binary') return refuse(`read(): "${path}" is not text.`);
  const json = JSON.stringify(toAgentText(decoded));
  if (json.length <= MAX_JSON_TEXT) return { type: 'value', json };
  const limit = `${MAX_JSON_TEXT} characters of JSON`;
  return refuse(`read(): "${path}" is too large: more than ${limit}.`);
}

function refuse(message: string): SyncAnswer {
  return { type: 'throw', error: { name: 'Error', message } };
}
