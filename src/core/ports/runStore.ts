import type { Json } from '../../base/json.ts';
import type { FileMark } from '../../protocol/events/fileMark.ts';
import type { DurableRunEvent, RunFact } from '../../protocol/events/runEvents.ts';

/** The append-only log of one run. */
export interface Journal {
  /** Resolves with the numbered event once it is durable. Order of calls is order on disk. */
  append(fact: RunFact): Promise<DurableRunEvent>;
  /** Hash of the last line. */
  headHash(): string;
  close(): Promise<void>;
}

/** Payloads by the hash of their bytes. */
export interface BlobStore {
  /** Resolves with the SHA-256, in hex, once the bytes are durable. */
  put(bytes: Uint8Array): Promise<string>;
  /** Rejects with code `not_found` when there is no such blob. */
  get(sha256: string): Promise<Uint8Array>;
}

/** The lines of one agent's transcript: requests, answers, tool calls and results. */
export interface TranscriptWriter {
  write(entry: { readonly kind: string; readonly [key: string]: unknown }): void;
  /** Resolves with the file as it is once all that was written so far stands in it; null when nothing does. */
  mark(): Promise<FileMark | null>;
  close(): Promise<void>;
}

/** The folder of one run. */
export interface RunStore {
  readonly runId: string;
  readonly directory: string;
  readonly journal: Journal;
  readonly blobs: BlobStore;
  /** A value without known tokens and the keys in use: what is stored, and what a script sees, are the same. */
  scrub(value: Json): Json;
  /** The same for a text. */
  scrubText(text: string): string;
  openTranscript(agentId: number): TranscriptWriter;
  /** Absolute path for a verification's log; its folder exists afterwards. */
  verifyLogPath(verifyId: number): Promise<string>;
  /** Where the log of an agent's command goes: absolute, and as a name in the folder, which exists afterwards. */
  commandLog(
    agentId: number,
    commandId: number,
  ): Promise<{ readonly path: string; readonly name: string }>;
  /** The same for the log of the setup command. */
  setupLog(setupId: number): Promise<{ readonly path: string; readonly name: string }>;
  /**
   * Writes an agent's patch, or takes away the one that is there with null. Resolves with the file; null when
   * there is none. A patch that cannot be written is no fault of the agent's, and never rejects.
   */
  writePatch(agentId: number, patch: Uint8Array | null): Promise<FileMark | null>;
  writeFile(name: string, text: string): Promise<void>;
  /** Rejects with code `ENOENT` when there is no such file. */
  readFile(name: string): Promise<string>;
  /** Those of the named files that exist, as they are now. */
  markFiles(names: readonly string[]): Promise<readonly FileMark[]>;
  dispose(): Promise<void>;
}
