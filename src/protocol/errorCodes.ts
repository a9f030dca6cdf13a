import * as z from 'zod';

/** Every code that a failed run, agent or command can carry, with the sentence that documents it. */
const errorCodes = {
  script_invalid: 'The workflow script did not pass the check; nothing ran.',
  script_error: 'The workflow script threw an error and did not catch it.',
  script_interrupted: 'The workflow script computed for too long and was stopped.',
  script_memory: 'The workflow script needed more memory than allowed.',
  script_never_settles: 'The workflow script waits for a promise that nothing can settle.',
  script_result: 'The workflow script returned a value that JSON cannot express.',
  script_worker_died: 'The thread that ran the workflow script ended without a result.',
  agent_prompt_invalid: 'agent() got a prompt that is not a non-empty string.',
  agent_options_invalid: 'agent() got an option of the wrong type.',
  agent_type_unknown: 'agent() named an agent type that does not exist.',
  schema_invalid: 'agent() got a schema that is not valid JSON Schema.',
  structured_output_invalid: 'The model’s answer does not match the schema.',
  model_auth: 'The provider refused the key.',
  model_unknown: 'The provider does not know the model.',
  model_request: 'The provider refused the request; sending it again would not help.',
  model_rate_limited: 'The provider allows no more requests for now.',
  model_usage_limit: 'The provider’s usage or credit limit is reached.',
  model_unavailable: 'The provider could not be reached or failed, even after retries.',
  model_refused: 'The model declined to answer.',
  model_output_cut: 'The answer reached the model’s output limit.',
  max_turns: 'The agent used all of its turns without finishing.',
  agent_timeout: 'The agent used all of its time.',
  agent_stalled: 'The agent gave no sign of life for too long.',
  agent_limit: 'The agent used all of its own tokens or dollars.',
  identical_failures: 'The agent made the same failing call three times in a row.',
  offline_unsupported: 'The offline provider has no rule for this prompt or schema.',
  merge_conflict: 'The agent’s edits overlap with another agent’s edits.',
  cancelled: 'The run was cancelled.',
  skipped: 'The user skipped this agent.',
  command_refused: 'The command was not approved.',
  command_unavailable: 'The command could not be started.',
  limit_reached: 'A limit of the run was reached.',
  breaker_tripped: 'Too many agents failed with the same cause.',
  gate_waiting: 'The run is waiting for a person.',
  price_unknown: 'A dollar limit is set, but a model’s price is unknown.',
  workflow_missing: 'workflow() or --workflow named a workflow that cannot be read.',
  journal_diverged: 'A resumed run did not repeat what its journal says.',
  journal_newer: 'A newer version wrote the run’s journal.',
  host_died: 'The background host stopped in mid-run.',
  provider_missing: 'No model provider is set up.',
  workspace_missing: 'The workspace folder does not exist.',
  not_found: 'The requested item does not exist.',
  conflict: 'The file changed, and the edit no longer fits.',
  internal: 'A bug in Muster.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

const codes: [ErrorCode, ...ErrorCode[]] = ['internal', ...keysOf(errorCodes)];

/** An error as data: what happened, in a code that programs read and a sentence that people read. */
export const ErrorInfo = z.object({ code: z.enum(codes), message: z.string() });
export type ErrorInfo = z.infer<typeof ErrorInfo>;

function keysOf<T extends object>(record: T): (keyof T)[] {
  // Object.keys is typed string[]; the record is a literal, so its keys are exactly keyof T.
  return Object.keys(record) as (keyof T)[];
}
