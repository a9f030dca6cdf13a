import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseJson, type Json } from '../../../src/base/json.ts';
import type { ScriptHost, ScriptRunner } from '../../../src/core/ports/scriptRunner.ts';
import type { Disposable } from '../../../src/base/disposables.ts';
import { createPiscinaScriptRunner } from '../../../src/host/adapters/script/piscinaScriptRunner.ts';
import type {
  AsyncCall,
  DeliveredState,
  HostToScript,
  ScriptOutcome,
  SyncAnswer,
  ThrownError,
} from '../../../src/protocol/threads/scriptMessages.ts';
import type { SandboxLimits } from '../../../src/protocol/threads/scriptTask.ts';

/** Folder of the bundles, which the test run builds before. */
export const distDirectory = fileURLToPath(new URL('../../../dist/', import.meta.url));

export function openSandbox(limits: Partial<SandboxLimits> = {}): ScriptRunner & Disposable {
  if (!existsSync(join(distDirectory, 'script-worker.cjs'))) {
    throw new Error('dist/script-worker.cjs is missing. Run: npm run build');
  }
  return createPiscinaScriptRunner({ distDirectory, limits });
}

export interface AgentRequest {
  readonly prompt: Json;
  readonly options: Json;
  readonly phase: string | null;
  readonly outcome: boolean;
}

export type Answer =
  | { readonly type: 'settle'; readonly value: Json; readonly state?: Partial<DeliveredState> }
  | {
      readonly type: 'throw';
      readonly error: ThrownError;
      readonly state?: Partial<DeliveredState>;
    }
  | { readonly type: 'never' };

const noState: DeliveredState = { outputTokens: 0, usd: 0, newChangedPaths: [] };

export interface HostScript {
  readonly agent?: (request: AgentRequest) => Answer | Promise<Answer>;
  readonly verify?: (spec: Json) => Answer;
  readonly gate?: (pair: Json) => Answer;
  readonly workflow?: (pair: Json) => Answer;
  readonly files?: readonly string[];
  readonly texts?: Readonly<Record<string, string>>;
}

/** Answers a script as it was told and remembers what the script said. */
export class ScriptedHost implements ScriptHost {
  readonly logs: string[] = [];
  readonly phases: string[] = [];
  readonly agents: AgentRequest[] = [];
  readonly cancelledTimers: number[] = [];
  readonly timerDelays: number[] = [];
  messages = 0;
  readonly #answers: HostScript;

  constructor(answers: HostScript = {}) {
    this.#answers = answers;
  }

  onMessage(
    message: Parameters<ScriptHost['onMessage']>[0],
    send: (answer: HostToScript) => void,
  ): void {
    this.messages += 1;
    if (message.type === 'phase') this.phases.push(message.title);
    else if (message.type === 'log') this.logs.push(`${message.level}: ${message.message}`);
    else if (message.type === 'cancelTimer') this.cancelledTimers.push(message.callId);
    else if (message.type === 'call') void this.#answer(message.callId, message.call, send);
  }

  onSync(message: Parameters<ScriptHost['onSync']>[0]): Promise<SyncAnswer> {
    if (message.method === 'files') {
      return Promise.resolve({ type: 'value', json: JSON.stringify(this.#answers.files ?? []) });
    }
    const text = this.#answers.texts?.[JSON.parse(message.params) as string];
    const error = { name: 'Error', message: 'no such file' };
    return Promise.resolve(
      text === undefined ? { type: 'throw', error } : { type: 'value', json: JSON.stringify(text) },
    );
  }

  async #answer(
    callId: number,
    call: AsyncCall,
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const answer = await this.#decide(call).catch(() => settle(null));
    if (answer.type === 'never') return;
    const state = { ...noState, ...answer.state };
    if (answer.type === 'throw') send({ type: 'throw', callId, error: answer.error, state });
    else send({ type: 'settle', callId, json: JSON.stringify(answer.value), state });
  }

  async #decide(call: AsyncCall): Promise<Answer> {
    if (call.method === 'timer') {
      this.timerDelays.push(call.delayMs);
      return settle(null);
    }
    const params = parseJson(call.params);
    if (call.method === 'gate')
      return this.#answers.gate?.(params) ?? settle({ approved: true, note: '' });
    if (call.method === 'workflow')
      return this.#answers.workflow?.(params) ?? throwing({ name: 'Error', message: 'not found' });
    if (call.method === 'verify') return this.#answers.verify?.(params) ?? settle({ ok: true });
    // The sandbox always sends the pair [prompt, options].
    const [prompt, options] = params as readonly [Json, Json];
    const request = { prompt, options, phase: call.phase, outcome: call.outcome };
    this.agents.push(request);
    return (await this.#answers.agent?.(request)) ?? settle(`did ${JSON.stringify(prompt)}`);
  }
}

export function settle(value: Json, state: Partial<DeliveredState> = {}): Answer {
  return { type: 'settle', value, state };
}

export function throwing(error: ThrownError): Answer {
  return { type: 'throw', error };
}

const never = new AbortController().signal;
const META = "export const meta = { name: 'w', description: 'd' };";

export interface RunOptions {
  readonly args?: Json;
  readonly budgetTokens?: number;
  readonly budgetUsd?: number;
  readonly signal?: AbortSignal;
}

/** Runs a body after a one-line meta: its first line is line 2. */
export function runBody(
  runner: ScriptRunner,
  body: string,
  host: ScriptHost = new ScriptedHost(),
  options: RunOptions = {},
): Promise<ScriptOutcome> {
  return runner.run({
    script: `${META}\n${body}`,
    fileName: 'workflow.js',
    argsJson: options.args === undefined ? null : JSON.stringify(options.args),
    budget: { outputTokens: options.budgetTokens ?? null, usd: options.budgetUsd ?? null },
    signal: options.signal ?? never,
    host,
  });
}

/** The returned value, or the error's code, text and position. */
export function valueOf(outcome: ScriptOutcome): unknown {
  if (outcome.type === 'returned') return parseJson(outcome.json);
  const { error, line, column } = outcome;
  return { code: error.code, message: error.message, line, column };
}
