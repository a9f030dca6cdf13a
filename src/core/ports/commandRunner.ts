/** One command of the user's or the script's, run in a materialised tree. */
export interface CommandRequest {
  readonly command: string;
  /** The materialised tree: with its scratch home the only place that a sandboxed command can write to. */
  readonly tree: string;
  /** Where the command starts: the tree, or a folder in it. */
  readonly directory: string;
  readonly timeoutMs: number;
  /** Where everything that the command prints is kept, up to the output limit. */
  readonly logPath: string;
  readonly signal: AbortSignal;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** What it did more of than any command may, when it was stopped for that: `it started more than …`. */
  readonly stopped?: string | undefined;
  readonly durationMs: number;
  /** What it printed, both streams in order of arrival, cut in the middle at the output limit. */
  readonly output: string;
}

/** `none`: commands run with the user's rights, and need a consent of their own. */
export type SandboxKind = 'bwrap' | 'seatbelt' | 'none';

/** Runs commands in a process group of their own; cancelling leaves nothing of it behind. */
export interface CommandRunner {
  /** What stands between a command and the user's machine; found out at the first question. */
  sandbox(): Promise<SandboxKind>;
  /** Rejects only when the command could not be started or the signal was aborted. */
  run(request: CommandRequest): Promise<CommandResult>;
}
