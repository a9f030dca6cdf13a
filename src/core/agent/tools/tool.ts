import type { Json } from '../../../base/json.ts';
import type { ToolSpec } from '../../ports/modelClient.ts';
import type { ComputePool } from '../../ports/computePool.ts';
import type { AgentCommands } from '../agentCommands.ts';
import type { AgentFiles } from '../agentFiles.ts';

export interface ToolContext {
  readonly files: AgentFiles;
  readonly compute: ComputePool;
  readonly commands: AgentCommands;
  /** False for an agent without a tool that edits: what its commands change does not count. */
  readonly canWrite: boolean;
  /** Globs that the agent may write; null for no limit. */
  readonly writes: readonly string[] | null;
  readonly signal: AbortSignal;
}

export interface ToolResult {
  readonly outcome: 'ok' | 'error';
  readonly text: string;
}

/** One tool of an agent. `run` rejects only when the run is aborted; wrong input is a result that says so. */
export interface AgentTool {
  readonly spec: ToolSpec;
  run(input: Json, ctx: ToolContext): Promise<ToolResult>;
}

/** A tool that did what was asked. */
export function toolOk(text: string): ToolResult {
  return { outcome: 'ok', text };
}

/** A tool that refused or failed, with the reason for the model. */
export function toolError(text: string): ToolResult {
  return { outcome: 'error', text };
}
