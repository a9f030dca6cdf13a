import { loadAgentChanges, type AgentChange } from '../../changes/tree/agentChanges.ts';
import type { BlobStore } from '../../ports/runStore.ts';
import type { RecordedAgent, ReplayLog } from '../replay/replayLog.ts';

/** Agents whose edits are read ahead: enough that a disk never waits for the merges, few in memory. */
const READ_AHEAD_AGENTS = 32;

type Changes = Promise<readonly AgentChange[]>;

/** What agents of earlier sessions changed, read ahead in the order in which it will be asked for. */
export class RecordedChanges {
  readonly #agents: readonly RecordedAgent[];
  readonly #blobs: Pick<BlobStore, 'get'>;
  readonly #positions: ReadonlyMap<RecordedAgent, number>;
  readonly #begun = new Map<RecordedAgent, Changes>();
  #next = 0;

  constructor(replay: ReplayLog, blobs: Pick<BlobStore, 'get'>) {
    this.#agents = replay.deliveries.flatMap((each) => (each.type === 'agent' ? [each.agent] : []));
    this.#positions = new Map(this.#agents.map((agent, index) => [agent, index]));
    this.#blobs = blobs;
  }

  /** The changes of one agent; what has been asked for is not kept. */
  take(agent: RecordedAgent): Changes {
    this.#readAhead(this.#positions.get(agent) ?? 0);
    const changes = this.#begun.get(agent) ?? this.#read(agent);
    this.#begun.delete(agent);
    return changes;
  }

  #readAhead(position: number): void {
    this.#next = Math.max(this.#next, position);
    const end = Math.min(position + READ_AHEAD_AGENTS, this.#agents.length);
    for (; this.#next < end; this.#next += 1) {
      const agent = this.#agents[this.#next];
      if (agent === undefined) continue;
      const changes = this.#read(agent);
      // Whoever takes them learns of it; a run may end before anybody does.
      changes.catch(() => undefined);
      this.#begun.set(agent, changes);
    }
  }

  #read({ ended }: RecordedAgent): Changes {
    return loadAgentChanges({ schemaVersion: 1, changes: ended?.changes ?? [] }, this.#blobs);
  }
}
