import * as z from 'zod';
import type { Diagnostic, ScriptCheck } from '../../protocol/plan.ts';
import { MAX_OUTPUT_TOKENS, PLANNER_REPAIRS } from '../limits.ts';
import { ModelError } from '../ports/modelClient.ts';
import type { ModelAnswer, ModelClient, ModelContent, ModelMessage } from '../ports/modelClient.ts';
import { plannerSystemPrompt, PROPOSE_WORKFLOW, proposeWorkflowTool } from './plannerPrompt.ts';
import { formatPlanningMessage } from './planningMessage.ts';
import type { WorkspaceFacts } from './planningMessage.ts';

export interface DraftOptions {
  readonly client: ModelClient;
  readonly model: string;
  readonly request: string;
  readonly workspaceFacts: WorkspaceFacts;
  readonly checkScript: (script: string) => ScriptCheck | Promise<ScriptCheck>;
  readonly onText?: ((text: string) => void) | undefined;
  /** Sees every answer, for the account of tokens. */
  readonly onAnswer?: ((answer: ModelAnswer) => void) | undefined;
  readonly signal: AbortSignal;
}

interface DraftedPlan {
  readonly type: 'plan';
  readonly script: string;
  readonly summary: string;
  /** Of this very script; not ok when the model could not repair it. */
  readonly check: ScriptCheck;
}

export type Draft = DraftedPlan | { readonly type: 'answer'; readonly text: string };

type ToolUse = Extract<ModelContent, { type: 'toolUse' }>;

const Proposal = z.object({ script: z.string().min(1), summary: z.string() });

/**
 * Asks a model for a workflow, checks it, and lets the model repair what the check found a bounded
 * number of times. Rejects with a ModelError when the model could not be asked or gave no answer.
 */
export async function draftWorkflow(options: DraftOptions): Promise<Draft> {
  const { workspaceFacts, request, signal } = options;
  const messages: ModelMessage[] = [userText(formatPlanningMessage(workspaceFacts, request))];
  let plan: DraftedPlan | null = null;
  for (let attempt = 0; attempt <= PLANNER_REPAIRS; attempt++) {
    const answer = await ask(options, messages);
    const calls = answer.content.filter((part) => part.type === 'toolUse');
    const call = calls.find(({ name }) => name === PROPOSE_WORKFLOW);
    if (call === undefined && calls.length === 0) return plan ?? textAnswer(answer);
    const proposal = await judge(call, options);
    if (proposal.plan !== null) {
      plan = proposal.plan;
      if (plan.check.diagnostics.length === 0) return plan;
    }
    signal.throwIfAborted();
    messages.push(
      { role: 'assistant', content: answer.content },
      { role: 'user', content: calls.map((each) => resultFor(each, call, proposal.feedback)) },
    );
  }
  return plan ?? noProposal();
}

async function ask(options: DraftOptions, messages: readonly ModelMessage[]): Promise<ModelAnswer> {
  const { client, model, signal, onText, onAnswer } = options;
  const answer = await client.send(
    {
      model,
      system: plannerSystemPrompt,
      tools: [proposeWorkflowTool],
      messages,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
    },
    { signal, onText },
  );
  onAnswer?.(answer);
  if (answer.stopReason === 'refusal')
    throw failure('model_refused', 'The model declined to plan this request. Rephrase it.');
  if (answer.stopReason === 'maxTokens')
    throw failure(
      'model_output_cut',
      'The plan was too long for one answer of the model. Ask for less at once.',
    );
  return answer;
}

async function judge(
  call: ToolUse | undefined,
  { checkScript }: DraftOptions,
): Promise<{ readonly plan: DraftedPlan | null; readonly feedback: string }> {
  if (call === undefined)
    return { plan: null, feedback: `There is no such tool; only ${PROPOSE_WORKFLOW}.` };
  const proposal = Proposal.safeParse(call.input);
  if (!proposal.success)
    return { plan: null, feedback: `The input must be {script, summary}, both strings.` };
  const { script, summary } = proposal.data;
  const check = await checkScript(script);
  return {
    plan: { type: 'plan', script, summary, check },
    feedback: formatDiagnostics(check.diagnostics),
  };
}

function resultFor(each: ToolUse, call: ToolUse | undefined, feedback: string): ModelContent {
  const text =
    call === undefined || each === call
      ? feedback
      : `Not looked at: one call of ${PROPOSE_WORKFLOW} at a time.`;
  return { type: 'toolResult', toolUseId: each.toolUseId, text, outcome: 'error' };
}

function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const lines = diagnostics.map(
    ({ severity, code, line, column, message, fix }) =>
      `${line}:${column} ${severity} ${code}: ${message} ${fix}`,
  );
  return [
    `The check of the script found ${diagnostics.length === 1 ? 'a problem' : `${diagnostics.length} problems`} (line:column):`,
    ...lines,
    `Repair them and call ${PROPOSE_WORKFLOW} again with the whole script. Leave a warning only where the code is meant so.`,
  ].join('\n');
}

function textAnswer(answer: ModelAnswer): Draft {
  const text = answer.content
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('')
    .trim();
  return text === '' ? noProposal() : { type: 'answer', text };
}

function noProposal(): never {
  throw failure('model_unavailable', 'The model returned neither a plan nor text.');
}

function userText(text: string): ModelMessage {
  return { role: 'user', content: [{ type: 'text', text }] };
}

function failure(code: ModelError['code'], message: string): ModelError {
  return new ModelError(message, { code, status: null, retry: 'never', retryAfterMs: null });
}
