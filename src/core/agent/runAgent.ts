/**
 * One attempt of one agent: the loop of model turns and tool calls, from the prompt to the answer. It owns
 * no budget and no retries; whoever calls it decides about another attempt.
 */
import * as z from 'zod';
import { canonicalJson, type Json } from '../../base/json.ts';
import { oneLine } from '../../base/format.ts';
import type { ErrorCode } from '../../protocol/errorCodes.ts';
import { addTokens, NO_TOKENS, type TokenUsage } from '../../protocol/runLimits.ts';
import {
  MAX_IDENTICAL_FAILURES,
  MAX_OUTPUT_TOKENS,
  MAX_TOOL_CALLS,
  MAX_TURN_OUTPUT_CHARS,
} from '../limits.ts';
import type { ComputePool } from '../ports/computePool.ts';
import type {
  ModelAnswer,
  ModelContent,
  ModelMessage,
  ModelRequest,
  ToolSpec,
} from '../ports/modelClient.ts';
import type { TranscriptWriter } from '../ports/runStore.ts';
import type { AgentCall } from './agentCall.ts';
import type { AgentCommands } from './agentCommands.ts';
import type { AgentFiles } from './agentFiles.ts';
import { computeUntrusted } from './computeUntrusted.ts';
import { canWriteWith, SUBMIT_RESULT, submitResultSpec } from './tools/agentTools.ts';
import { toolError, type AgentTool, type ToolResult } from './tools/tool.ts';

export interface AgentAttempt {
  readonly call: AgentCall;
  readonly model: string;
  readonly system: string;
  readonly tools: readonly AgentTool[];
  readonly files: AgentFiles;
  readonly compute: ComputePool;
  readonly commands: AgentCommands;
  readonly transcript: TranscriptWriter;
  readonly signal: AbortSignal;
  /** Sends one turn, with the governor's permits and retries. */
  readonly send: (request: ModelRequest) => Promise<ModelAnswer>;
  readonly onProgress: (progress: TurnProgress) => void;
}

export interface TurnProgress {
  readonly turn: number;
  readonly activity: string;
  readonly usage: TokenUsage;
}

export interface AgentAnswer {
  readonly value: Json;
  readonly turns: number;
  readonly usage: TokenUsage;
}

/** Why an attempt ended without an answer. `usage` counts, whatever came of it. */
export class AgentFailure extends Error {
  override readonly name = 'AgentFailure';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Resolves with the answer; rejects with AgentFailure, a ModelError, or the signal's reason. */
export function runAgent(attempt: AgentAttempt): Promise<AgentAnswer> {
  return new TurnLoop(attempt).run();
}

type ToolUse = Extract<ModelContent, { type: 'toolUse' }>;

class TurnLoop {
  readonly #attempt: AgentAttempt;
  readonly #messages: ModelMessage[];
  readonly #specs: readonly ToolSpec[];
  #usage: TokenUsage = NO_TOKENS;
  #turn = 0;
  #structuredFailures = 0;
  #lastFailure = '';
  #equalFailures = 0;

  constructor(attempt: AgentAttempt) {
    this.#attempt = attempt;
    const { call, tools } = attempt;
    const submit = call.schema === null ? [] : [submitResultSpec(call.schema)];
    this.#specs = [...tools.map((tool) => tool.spec), ...submit];
    this.#messages = [{ role: 'user', content: [{ type: 'text', text: call.prompt }] }];
  }

  async run(): Promise<AgentAnswer> {
    const { call } = this.#attempt;
    while (this.#turn < call.maxTurns) {
      this.#turn += 1;
      const answer = await this.#sendTurn();
      const value = await this.#takeAnswer(answer);
      if (value !== undefined) return { value, turns: this.#turn, usage: this.#usage };
    }
    throw new AgentFailure('max_turns', `The agent did not finish in ${call.maxTurns} turns.`);
  }

  async #sendTurn(): Promise<ModelAnswer> {
    const { call, model, system, transcript, send } = this.#attempt;
    this.#progress(this.#turn === 1 ? 'thinking' : `turn ${this.#turn}`);
    const request: ModelRequest = {
      model,
      system,
      tools: this.#specs,
      messages: [...this.#messages],
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      effort: call.effort ?? undefined,
    };
    transcript.write({ kind: 'request', turn: this.#turn, model, added: this.#messages.slice(-1) });
    const answer = await send(request);
    const { content, stopReason, usage } = answer;
    transcript.write({ kind: 'answer', turn: this.#turn, content, stopReason, usage });
    this.#usage = addTokens(this.#usage, usage);
    this.#progress('');
    return answer;
  }

  /** The final value, or undefined when another turn is needed. */
  async #takeAnswer(answer: ModelAnswer): Promise<Json | undefined> {
    if (answer.stopReason === 'refusal') {
      throw new AgentFailure('model_refused', 'The model declined to answer.');
    }
    const uses = answer.content.filter((part) => part.type === 'toolUse');
    const text = answer.content
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('');
    if (answer.stopReason === 'maxTokens') {
      const message = `The answer reached the limit of ${MAX_OUTPUT_TOKENS} tokens.`;
      throw new AgentFailure('model_output_cut', message);
    }
    if (uses.length === 0) return this.#takeText(text);
    this.#messages.push({ role: 'assistant', content: answer.content });
    return this.#useTools(uses);
  }

  #takeText(text: string): Json | undefined {
    if (this.#attempt.call.schema === null) return text;
    if (text !== '') {
      this.#messages.push({ role: 'assistant', content: [{ type: 'text', text }] });
    }
    this.#countStructuredFailure('the answer was plain text');
    const reminder = `Give the answer by calling ${SUBMIT_RESULT}.`;
    this.#messages.push({ role: 'user', content: [{ type: 'text', text: reminder }] });
    return undefined;
  }

  async #useTools(uses: readonly ToolUse[]): Promise<Json | undefined> {
    const results: ModelContent[] = [];
    let outputChars = 0;
    for (const [index, use] of uses.entries()) {
      this.#attempt.signal.throwIfAborted();
      const reason = whyNotDone(index, outputChars);
      if (reason !== null) {
        results.push(this.#note(use, toolError(reason)));
        continue;
      }
      const result = await this.#carryOut(use);
      if (result === null) return use.input;
      results.push(this.#record(use, result));
      outputChars += result.text.length;
    }
    this.#messages.push({ role: 'user', content: results });
    return undefined;
  }

  /** Null for the final answer. */
  async #carryOut(use: ToolUse): Promise<ToolResult | null> {
    if (use.name !== SUBMIT_RESULT || this.#attempt.call.schema === null) return this.#runTool(use);
    const problem = await this.#findSchemaProblem(use);
    return problem === null ? null : toolError(problem);
  }

  async #runTool(use: ToolUse): Promise<ToolResult> {
    const { tools, files, compute, commands, call, signal } = this.#attempt;
    this.#progress(describeUse(use));
    if (use.problem !== undefined) return toolError(`Not done: ${use.problem}.`);
    const tool = tools.find((candidate) => candidate.spec.name === use.name);
    if (tool === undefined) {
      const names = this.#specs.map((spec) => spec.name).join(', ');
      return toolError(`There is no tool "${use.name}". You have: ${names}.`);
    }
    const { writes } = call;
    const canWrite = canWriteWith(tools);
    return tool.run(use.input, { files, compute, commands, writes, canWrite, signal });
  }

  #record(use: ToolUse, result: ToolResult): ModelContent {
    const noted = this.#note(use, result);
    if (result.outcome === 'error') this.#countFailure(use);
    else this.#equalFailures = 0;
    return noted;
  }

  #note({ name, toolUseId }: ToolUse, result: ToolResult): ModelContent {
    this.#attempt.transcript.write({ kind: 'tool', turn: this.#turn, name, ...result });
    return { type: 'toolResult', toolUseId, ...result };
  }

  #countFailure(use: ToolUse): void {
    const failure = `${use.name} ${canonicalJson(use.input)}`;
    this.#equalFailures = failure === this.#lastFailure ? this.#equalFailures + 1 : 1;
    this.#lastFailure = failure;
    if (this.#equalFailures < MAX_IDENTICAL_FAILURES) return;
    const message = `The agent made the same failing call of ${use.name} ${MAX_IDENTICAL_FAILURES} times in a row.`;
    throw new AgentFailure('identical_failures', message);
  }

  async #findSchemaProblem({ input, problem }: ToolUse): Promise<string | null> {
    if (problem !== undefined) {
      this.#countStructuredFailure(problem);
      return `Not taken: ${problem}. Correct it and call ${SUBMIT_RESULT} again.`;
    }
    const { call, compute, signal } = this.#attempt;
    const schemaJson = JSON.stringify(call.schema);
    const valueJson = JSON.stringify(input);
    const task = { type: 'validate' as const, schemaJson, valueJson };
    const answer = await computeUntrusted(compute, task, signal);
    if (answer.type === 'valid') return null;
    const isSaid = answer.type === 'invalid' || answer.type === 'refused';
    const message = isSaid ? answer.message : 'it could not be checked';
    this.#countStructuredFailure(message);
    return `The answer does not fit the schema: ${message}. Correct it and call ${SUBMIT_RESULT} again.`;
  }

  #countStructuredFailure(problem: string): void {
    this.#structuredFailures += 1;
    if (this.#structuredFailures <= this.#attempt.call.structuredRetries) return;
    const message = `After ${this.#structuredFailures} tries: ${problem}.`;
    throw new AgentFailure('structured_output_invalid', message);
  }

  #progress(activity: string): void {
    this.#attempt.onProgress({ turn: this.#turn, activity, usage: this.#usage });
  }
}

/** Null for a call that is carried out; an answer without end must not become a request without end. */
function whyNotDone(index: number, outputChars: number): string | null {
  if (index >= MAX_TOOL_CALLS) {
    return `Not done: one answer may ask for ${MAX_TOOL_CALLS} calls at most. Ask for the rest later.`;
  }
  if (outputChars < MAX_TURN_OUTPUT_CHARS) return null;
  return 'Not done: the calls before it gave back as much as one turn may hold. Ask again later.';
}

const ACTIVITY_CHARS = 80;

const Subject = z.object({ command: z.string(), path: z.string() }).partial();

function describeUse(use: ToolUse): string {
  const { command, path } = Subject.catch({}).parse(use.input);
  // A command says more than its name; everything else is about a path.
  const subject = command ?? path;
  const text = subject !== undefined ? `${use.name} ${subject}` : use.name;
  return oneLine(text, ACTIVITY_CHARS);
}
