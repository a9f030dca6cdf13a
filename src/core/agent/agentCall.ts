/** Reads what a script passed to agent(). Nothing here throws: a wrong call becomes a failed agent with a cause. */
import * as z from 'zod';
import { canonicalJson, parseJson, type Json } from '../../base/json.ts';
import { errorText } from '../../base/errorText.ts';
import { oneLine } from '../../base/format.ts';
import type { ErrorInfo } from '../../protocol/errorCodes.ts';
import {
  AGENT_RETRIES,
  AGENT_STALL_MS,
  AGENT_TIMEOUT_MS,
  MAX_AGENT_TURNS,
  STRUCTURED_RETRIES,
} from '../limits.ts';
import { sha256Hex } from '../../node/sha256Hex.ts';

/** JSON Schema for a structured answer. */
const Schema = z.record(z.string(), z.json());

// What is nearly right counts: an agent that is null for a number in quotes helps nobody.
const text = z.union([z.string(), z.number().transform(String)]);
const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/u)
    .transform(Number),
]);
const count = number.pipe(z.number().int().nonnegative());
const atLeastOne = number.pipe(z.number().int().min(1));

const EFFORTS: ReadonlySet<string> = new Set(['low', 'medium', 'high', 'xhigh', 'max']);

const optionSchemas = {
  label: text,
  phase: text,
  schema: Schema,
  model: z.string(),
  effort: z.string(),
  agentType: z.string(),
  isolation: z.enum(['worktree', 'none']),
  stallMs: count,
  tools: texts,
  writes: texts,
  timeoutMs: count,
  maxTurns: atLeastOne,
  maxUsd: number.pipe(z.number().positive()),
  maxTokens: atLeastOne,
  retries: count,
  structuredRetries: count,
  group: text,
} as const;

const AgentOptions = z.object(optionSchemas).partial();

/** One call of agent(), understood. */
export interface AgentCall {
  readonly prompt: string;
  readonly label: string;
  readonly phase: string | null;
  readonly group: string | null;
  readonly schema: { readonly [key: string]: Json } | null;
  readonly model: string | null;
  readonly effort: string | null;
  readonly agentType: string;
  readonly isolation: string | null;
  readonly tools: readonly string[] | null;
  readonly writes: readonly string[] | null;
  readonly timeoutMs: number;
  readonly stallMs: number;
  readonly maxTokens: number | null;
  readonly maxUsd: number | null;
  readonly maxTurns: number;
  readonly retries: number;
  readonly structuredRetries: number;
}

export type ReadAgentCall =
  | { readonly type: 'ok'; readonly call: AgentCall; readonly unknownKeys: readonly string[] }
  | {
      readonly type: 'wrong';
      readonly label: string;
      readonly phase: string | null;
      readonly error: ErrorInfo;
    };

const MAX_LABEL_CHARS = 60;

/** The type of calls that name none. */
const GENERAL = 'general-purpose';

/** Reads the JSON text of `[prompt, options]`; `currentPhase` is what phase() said last. */
export function readAgentCall(
  paramsJson: string,
  currentPhase: string | null,
  unreadable: string | null = null,
): ReadAgentCall {
  const { prompt, options, problem } = readParams(paramsJson);
  const given = dropNulls(options);
  const wrong = (error: ErrorInfo): ReadAgentCall => ({
    type: 'wrong',
    label: labelOf(given['label'], prompt),
    phase: typeof given['phase'] === 'string' ? given['phase'] : currentPhase,
    error,
  });
  if (problem !== null) return wrong(problem);
  if (unreadable !== null) {
    const message = `agent() options cannot be read: ${unreadable}`;
    return wrong({ code: 'agent_options_invalid', message });
  }
  if (typeof prompt !== 'string' || prompt.trim() === '') return wrong(promptError(prompt));
  const parsed = AgentOptions.safeParse(given);
  if (!parsed.success) return wrong(optionsError(parsed.error));
  const { effort } = parsed.data;
  const isUnknownEffort = effort !== undefined && !EFFORTS.has(effort);
  const known = isUnknownEffort ? { ...parsed.data, effort: undefined } : parsed.data;
  const unknownKeys = Object.keys(given).filter((key) => !Object.hasOwn(optionSchemas, key));
  if (isUnknownEffort) unknownKeys.push(`effort: ${effort}`);
  return { type: 'ok', call: makeCall(prompt, known, currentPhase), unknownKeys };
}

/**
 * Hash of everything that decides what an agent is asked to do. Labels, phases and positions are not in it,
 * so that moving a call in the script does not make it a new one.
 */
export function contentKey(call: AgentCall, model: string, definition: string): string {
  const { prompt, schema, effort, agentType, tools, writes, isolation } = call;
  const parts: Json = { prompt, schema, model, effort, agentType, definition, isolation };
  const scopes: Json = { tools: tools ?? null, writes: writes ?? null };
  return sha256Hex(canonicalJson({ ...parts, ...scopes }));
}

const Pair = z.tuple([z.unknown(), z.unknown()]).catch([null, null]);

function readParams(paramsJson: string): {
  readonly prompt: unknown;
  readonly options: unknown;
  readonly problem: ErrorInfo | null;
} {
  try {
    const [prompt, options] = Pair.parse(parseJson(paramsJson));
    return { prompt, options, problem: null };
  } catch (error) {
    const message = `agent() options: ${errorText(error)}`;
    return { prompt: null, options: null, problem: { code: 'agent_options_invalid', message } };
  }
}

function labelOf(label: unknown, prompt: unknown): string {
  if (typeof label === 'string') return label;
  return typeof prompt === 'string' && prompt.trim() !== ''
    ? oneLine(prompt, MAX_LABEL_CHARS)
    : 'agent';
}

function dropNulls(options: unknown): Readonly<Record<string, unknown>> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return {};
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== null && value !== undefined),
  );
}

function promptError(prompt: unknown): ErrorInfo {
  const what =
    prompt === '' ? 'an empty string' : prompt === null ? 'nothing' : `this: ${typeof prompt}`;
  const message = `agent() needs a prompt, a string with text in it, and got ${what}.`;
  return { code: 'agent_prompt_invalid', message };
}

function optionsError(error: z.ZodError): ErrorInfo {
  const problems = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { code: 'agent_options_invalid', message: `agent() options: ${problems.join('; ')}.` };
}

function makeCall(
  prompt: string,
  options: z.infer<typeof AgentOptions>,
  currentPhase: string | null,
): AgentCall {
  return {
    prompt,
    label: options.label ?? labelOf(null, prompt),
    phase: options.phase ?? currentPhase,
    group: options.group ?? null,
    schema: options.schema ?? null,
    model: options.model ?? null,
    effort: options.effort ?? null,
    agentType: options.agentType?.trim() === '' ? GENERAL : (options.agentType ?? GENERAL),
    isolation: options.isolation ?? null,
    tools: options.tools ?? null,
    writes: options.writes ?? null,
    timeoutMs: options.timeoutMs ?? AGENT_TIMEOUT_MS,
    stallMs: options.stallMs ?? AGENT_STALL_MS,
    maxTokens: options.maxTokens ?? null,
    maxUsd: options.maxUsd ?? null,
    maxTurns: options.maxTurns ?? MAX_AGENT_TURNS,
    retries: options.retries ?? AGENT_RETRIES,
    structuredRetries: options.structuredRetries ?? STRUCTURED_RETRIES,
  };
}
