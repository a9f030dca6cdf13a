import type {
  HostToScript,
  ScriptOutcome,
  ScriptToHost,
  SyncAnswer,
} from '../../protocol/threads/scriptMessages.ts';

export type ScriptCallMessage = Exclude<ScriptToHost, { type: 'sync' }>;
export type ScriptSyncMessage = Extract<ScriptToHost, { type: 'sync' }>;

/** What a running script talks to. */
export interface ScriptHost {
  /** Called for each message in the order in which the script sent them; `send` answers, now or later. */
  onMessage(message: ScriptCallMessage, send: (answer: HostToScript) => void): void;
  /** Answers while the script stands still. Never rejects. */
  onSync(message: ScriptSyncMessage): Promise<SyncAnswer>;
}

export interface ScriptJob {
  readonly script: string;
  /** Name for error positions. */
  readonly fileName: string;
  /** JSON text, or null for `undefined`. */
  readonly argsJson: string | null;
  /** The script's `budget.total` and `budget.usd.total`. */
  readonly budget: { readonly outputTokens: number | null; readonly usd: number | null };
  readonly host: ScriptHost;
  /** Whether the host wants to know each time that the script stands still. */
  readonly reportsWaiting?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Runs a workflow script where it can reach nothing but its host. Resolves also when the script failed. */
export interface ScriptRunner {
  run(job: ScriptJob): Promise<ScriptOutcome>;
  /** Makes ready beside other work for a script that is about to run; without it the script waits for that. */
  prepare?(): void;
}
