import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, type Json } from '../../src/base/json.ts';
import { scrubbedJson, scrubSecrets } from '../../src/core/journal/scrubSecrets.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { Journal, RunStore, TranscriptWriter } from '../../src/core/ports/runStore.ts';
import {
  RunEvent,
  type DurableRunEvent,
  type RunFact,
} from '../../src/protocol/events/runEvents.ts';

/** A run's folder in memory; every entry is checked against the schema, as the real journal's are. */
export class MemoryRunStore implements RunStore {
  readonly runId = 'run-1';
  readonly directory = '/state/runs/run-1';
  readonly events: DurableRunEvent[] = [];
  readonly files = new Map<string, string>();
  readonly contents = new Map<string, Uint8Array>();
  readonly transcripts = new Map<number, object[]>();
  readonly patches = new Map<number, string>();
  readonly openTranscripts = new Set<number>();
  mostOpenTranscripts = 0;
  /** Makes the journal fail from the entry of this type on. */
  failAt: RunFact['type'] | null = null;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly journal: Journal = {
    append: (fact) => this.#append(fact),
    headHash: () => `head-${this.events.length}`,
    close: () => Promise.resolve(),
  };

  readonly blobs = {
    put: (bytes: Uint8Array): Promise<string> => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      this.contents.set(sha256, new Uint8Array(bytes));
      return Promise.resolve(sha256);
    },
    get: (sha256: string): Promise<Uint8Array> => {
      const bytes = this.contents.get(sha256);
      return bytes === undefined
        ? Promise.reject(new Error(`no blob ${sha256}`))
        : Promise.resolve(bytes);
    },
  };

  /** Fills it with what a stored run left in a folder. */
  async load(folder: string, events: readonly DurableRunEvent[]): Promise<void> {
    this.events.push(...events);
    for (const name of await readdir(join(folder, 'blobs'))) {
      this.contents.set(name, await readFile(join(folder, 'blobs', name)));
    }
    for (const name of await readdir(join(folder, 'children'))) {
      this.files.set(`children/${name}`, await readFile(join(folder, 'children', name), 'utf8'));
    }
  }

  scrub(value: Json): Json {
    return parseJson(scrubbedJson(value));
  }

  scrubText(text: string): string {
    return scrubSecrets(text);
  }

  openTranscript(agentId: number): TranscriptWriter {
    const lines = this.transcripts.get(agentId) ?? [];
    this.transcripts.set(agentId, lines);
    this.openTranscripts.add(agentId);
    this.mostOpenTranscripts = Math.max(this.mostOpenTranscripts, this.openTranscripts.size);
    return {
      write: (entry) => lines.push(entry),
      mark: () => Promise.resolve(null),
      close: () => {
        this.openTranscripts.delete(agentId);
        return Promise.resolve();
      },
    };
  }

  verifyLogPath(verifyId: number): Promise<string> {
    return Promise.resolve(`${this.directory}/verify/${verifyId}/output.log`);
  }

  setupLog(setupId: number): Promise<{ readonly path: string; readonly name: string }> {
    const name = `setup/${setupId}.log`;
    return Promise.resolve({ path: `${this.directory}/${name}`, name });
  }

  commandLog(
    agentId: number,
    commandId: number,
  ): Promise<{ readonly path: string; readonly name: string }> {
    const name = `agents/${agentId}/command-${commandId}.log`;
    return Promise.resolve({ path: `${this.directory}/${name}`, name });
  }

  /** Nothing of it lies on a disk. */
  writePatch(agentId: number, patch: Uint8Array | null): Promise<null> {
    if (patch === null) this.patches.delete(agentId);
    else this.patches.set(agentId, Buffer.from(patch).toString('latin1'));
    return Promise.resolve(null);
  }

  writeFile(name: string, text: string): Promise<void> {
    this.files.set(name, text);
    return Promise.resolve();
  }

  readFile(name: string): Promise<string> {
    const text = this.files.get(name);
    if (text !== undefined) return Promise.resolve(text);
    return Promise.reject(Object.assign(new Error(`no file ${name}`), { code: 'ENOENT' }));
  }

  /** Nothing of it lies on a disk. */
  markFiles(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  async #append(fact: RunFact): Promise<DurableRunEvent> {
    if (this.failAt === fact.type) throw new Error('ENOSPC: no space left on device');
    const seq = this.events.length + 1;
    const event = { ...fact, runId: this.runId, seq, at: this.#clock.nowMs() };
    // The parsed type is the whole union; a fact with its head is a durable member of it.
    const durable = RunEvent.parse(event) as DurableRunEvent;
    this.events.push(durable);
    // Durability takes a while, as on a disk.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    return durable;
  }
}
