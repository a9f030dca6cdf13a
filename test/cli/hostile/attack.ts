import type { Json } from '../../../src/base/json.ts';
import type { Reply } from '../../support/messagesApi/replies.ts';
import type { AgentOptions } from '../../host/support/workflowScript.ts';

/** A tool call of the hostile model. `{home}`, `{workspace}`, `{state}`, `{root}` and `{web}` stand for places of the bed. */
export interface Call {
  readonly name: string;
  readonly input: Json;
}

/** One attack: an agent whose model does this, and what it must be told. */
export interface Attack {
  readonly title: string;
  /** All in one answer; then the agent ends. */
  readonly calls?: readonly Call[];
  /** Answers in the place of `calls`, one for each turn; the last is followed by a plain end. */
  readonly answers?: readonly Reply[];
  /** The answer is none, and the next one comes for the same turn. */
  readonly isAskedAgain?: true;
  /** For each tool result in turn, what it says. */
  readonly told: readonly RegExp[];
  /** How the agent ends, where it is not well. */
  readonly failed?: RegExp;
  /** What the run proposes of it. */
  readonly proposed?: readonly string[];
  readonly options?: AgentOptions | Readonly<Record<string, Json>>;
}

/** One tool call that is refused, and the reason. */
export function refused(title: string, name: string, input: Json, reason: RegExp): Attack {
  return { title, calls: [{ name, input }], told: [reason] };
}

/** A command, and what comes back. */
export function runs(
  title: string,
  command: string,
  told: RegExp,
  more: Omit<Attack, 'title' | 'calls' | 'answers' | 'told'> = {},
): Attack {
  return { title, calls: [run(command)], told: [told], ...more };
}

/** The call of a command. */
export function run(command: string, more: Readonly<Record<string, Json>> = {}): Call {
  return { name: 'run_command', input: { command, ...more } };
}
