import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Disposables } from '../../../base/disposables.ts';
import { parseJson } from '../../../base/json.ts';
import { patchName } from '../../../core/evidence/audit/namedFiles.ts';
import { scrubbedJson, scrubSecrets } from '../../../core/journal/scrubSecrets.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Log } from '../../../core/ports/log.ts';
import type { RunStore } from '../../../core/ports/runStore.ts';
import type { DurableRunEvent } from '../../../protocol/events/runEvents.ts';
import { openDecisionLog } from './decisionLog.ts';
import type { DecisionLog } from './decisionLog.ts';
import { makePrivateFolder, syncFolder, writeDurably } from '../durableFiles.ts';
import { FileBlobs } from './fileBlobs.ts';
import { openFileJournal } from './fileJournal.ts';
import { markFiles } from './fileMarks.ts';
import { FileTranscript } from './fileTranscript.ts';
import { openSeal } from './runSeal.ts';
import { writePatch } from './writePatch.ts';
import { exists } from '../../../node/exists.ts';
import { JOURNAL_NAME, runDirectory } from './runFolders.ts';

/** Files that are kept to the byte: script.js was approved by its hash, children are found by it. */
const EXACT_FILE = /^(?:script|children\/[0-9a-f]{64})\.js$/u;

export interface RunStoreOptions {
  readonly stateDirectory: string;
  readonly runId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Keys that must never reach the disk, beside everything that looks like one. */
  readonly secrets: readonly string[];
}

/** A run's folder as files, with its reviewer's decisions. */
export interface FileRunStore extends RunStore {
  readonly decisions: DecisionLog;
}

export interface OpenedRunStore {
  readonly store: FileRunStore;
  /** What the journal held when it was opened. */
  readonly events: readonly DurableRunEvent[];
}

/** Makes the folder of a new run; rejects when it exists. */
export async function createRunStore(options: RunStoreOptions): Promise<FileRunStore> {
  const directory = runDirectory(options.stateDirectory, options.runId);
  if (await exists(path.join(directory, JOURNAL_NAME))) {
    throw new Error(`Cannot create run ${options.runId}: ${directory} exists. Resume it instead.`);
  }
  await makePrivateFolder(directory);
  const { store } = await openAt(options, directory);
  await syncFolder(directory);
  return store;
}

/** Opens the folder of an earlier run for going on with it; this process must be its only writer. */
export async function openRunStore(options: RunStoreOptions): Promise<OpenedRunStore> {
  const directory = runDirectory(options.stateDirectory, options.runId);
  if (!(await exists(path.join(directory, JOURNAL_NAME)))) {
    throw new Error(`No run ${options.runId} under ${options.stateDirectory}.`);
  }
  return openAt(options, directory);
}

async function openAt(options: RunStoreOptions, directory: string): Promise<OpenedRunStore> {
  const { runId, clock, log, secrets } = options;
  const file = path.join(directory, JOURNAL_NAME);
  const { journal, events } = await openFileJournal({ runId, file, clock, secrets });
  const opened = new Disposables();
  const seal = await openSeal(directory, log);
  opened.onDispose(() => seal.write(journal));
  opened.onDispose(() => journal.close());
  const store: FileRunStore = {
    runId,
    directory,
    journal,
    blobs: new FileBlobs(path.join(directory, 'blobs')),
    decisions: openDecisionLog(options.stateDirectory, runId),
    scrub: (value) => parseJson(scrubbedJson(value, secrets)),
    scrubText: (text) => scrubSecrets(text, secrets),
    openTranscript: (agentId) => {
      const name = `agents/${numbered(agentId)}/transcript.jsonl`;
      const transcript = path.join(directory, name);
      const writer = new FileTranscript({ file: transcript, name, clock, log, secrets });
      opened.onDispose(() => writer.close());
      return writer;
    },
    verifyLogPath: async (verifyId) => {
      const folder = path.join(directory, 'verify', numbered(verifyId));
      await makePrivateFolder(folder);
      return path.join(folder, 'output.log');
    },
    commandLog: async (agentId, commandId) => {
      const name = `agents/${numbered(agentId)}/command-${numbered(commandId)}.log`;
      await makePrivateFolder(path.join(directory, path.dirname(name)));
      return { path: path.join(directory, name), name };
    },
    setupLog: async (setupId) => {
      const name = `setup/${numbered(setupId)}.log`;
      await makePrivateFolder(path.join(directory, 'setup'));
      return { path: path.join(directory, name), name };
    },
    writePatch: (agentId, patch) => writePatch({ directory, name: patchName(agentId), log }, patch),
    writeFile: async (name, text) => {
      seal.note(name, await writeNamed({ directory, name, text, secrets }));
    },
    markFiles: (names) => markFiles(directory, names),
    readFile: (name) => readFile(fileInside(directory, name), 'utf8'),
    dispose: () => opened.dispose(),
  };
  return { store, events };
}

/** Resolves with the text as it stands in the file. */
async function writeNamed(request: {
  readonly directory: string;
  readonly name: string;
  readonly text: string;
  readonly secrets: readonly string[];
}): Promise<string> {
  const { directory, name, text, secrets } = request;
  const file = fileInside(directory, name);
  await makePrivateFolder(path.dirname(file));
  const written = EXACT_FILE.test(name) ? text : scrubSecrets(text, secrets);
  await writeDurably(file, written);
  return written;
}

function fileInside(directory: string, name: string): string {
  const file = path.join(directory, name);
  if (file.startsWith(directory + path.sep)) return file;
  throw new Error(`Cannot use ${name}: it leads out of the run's folder.`);
}

function numbered(id: number): string {
  return String(id).padStart(4, '0');
}
