import type { DirectoryChange } from '../ports/fileView.ts';

/** A command that an agent asks for. */
export interface AgentCommand {
  readonly command: string;
  /** A folder below the repository; '' for its root. */
  readonly cwd: string;
  readonly timeoutMs: number;
}

export type AgentCommandOutcome =
  | { readonly type: 'refused'; readonly reason: string }
  | {
      readonly type: 'ran';
      readonly exitCode: number | null;
      readonly timedOut: boolean;
      /** What it did too much of, when it was stopped for that. */
      readonly stopped?: string | undefined;
      readonly durationMs: number;
      readonly output: string;
      /** What it left in the files, compared with those that the agent had. */
      readonly changes: readonly DirectoryChange[];
    };

/** Runs commands on the files as the agent sees them. */
export interface AgentCommands {
  /** Rejects only when the agent is stopped; a command that nobody allowed, or that cannot be started, is refused. */
  run(request: AgentCommand): Promise<AgentCommandOutcome>;
}
