/** One command of the user's or the script's, run in a materialised tree. */
export interface CommandRequest {
  readonly command: string;
  readonly directory: string;
  readonly timeoutMs: number;
  /** Where everything that the command prints is kept, up to the output limit. */
  readonly logPath: string;
  readonly signal: AbortSignal;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** What it printed, both streams in order of arrival, cut in the middle at the output limit. */
  readonly output: string;
}

/** Runs commands in a process group of their own; cancelling leaves nothing of it behind. */
export interface CommandRunner {
  readonly sandbox: 'bwrap' | 'seatbelt' | 'none';
  /** Rejects only when the command could not be started or the signal was aborted. */
  run(request: CommandRequest): Promise<CommandResult>;
}
