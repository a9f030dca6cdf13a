import type { Json } from '../../../base/json.ts';
import type {
  DeliveredState,
  HostToScript,
  ThrownError,
} from '../../../protocol/threads/scriptMessages.ts';

/** Of an agent's end, what the script can see of the run. */
export interface CountedEnd {
  readonly usage: { readonly outputTokens: number };
  readonly usd: number | null;
  readonly treeChanges: readonly string[];
}

/**
 * Hands outcomes to the script. What the script can see of the run (spent budget, changed paths) counts only
 * what was handed in before, so that a replay shows it the same.
 */
export class Deliveries {
  #outputTokens = 0;
  #usd: number | null = 0;
  readonly #newPaths = new Set<string>();

  /** Counts an ended agent; its delivery follows in the same turn of the event loop. */
  count({ usage, usd, treeChanges }: CountedEnd): void {
    this.#outputTokens += usage.outputTokens;
    this.#usd = this.#usd === null || usd === null ? null : this.#usd + usd;
    for (const path of treeChanges) this.#newPaths.add(path);
  }

  settle(callId: number, value: Json): HostToScript {
    return { type: 'settle', callId, json: JSON.stringify(value), state: this.#takeState() };
  }

  /** Null, because an agent failed; `cause` is for a log line, never for the script itself. */
  settleFailed(callId: number, cause: string): HostToScript {
    return { type: 'settle', callId, json: 'null', state: this.#takeState(), cause };
  }

  fail(callId: number, error: ThrownError): HostToScript {
    return { type: 'throw', callId, error, state: this.#takeState() };
  }

  #takeState(): DeliveredState {
    const newChangedPaths = [...this.#newPaths];
    this.#newPaths.clear();
    return { outputTokens: this.#outputTokens, usd: this.#usd, newChangedPaths };
  }
}
