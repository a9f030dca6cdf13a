import { parseJson, type Json } from '../../src/base/json.ts';
import type { ScriptHost, ScriptJob, ScriptRunner } from '../../src/core/ports/scriptRunner.ts';
import type {
  AsyncCall,
  HostToScript,
  ScriptOutcome,
  SyncAnswer,
} from '../../src/protocol/threads/scriptMessages.ts';

/** What a script in the form of a function of this process can do: the messages of a real one. */
export interface ScriptApi {
  agent(prompt: Json, options?: Json): Promise<Json>;
  outcome(prompt: Json, options?: Json): Promise<Json>;
  verify(spec: Json): Promise<Json>;
  gate(question: Json, details?: Json): Promise<Json>;
  timer(delayMs: number): Promise<Json>;
  /** Starts a timer and returns its call id. */
  startTimer(delayMs: number): number;
  cancelTimer(callId: number): void;
  phase(title: string): void;
  log(message: string): void;
  read(path: Json): Promise<SyncAnswer>;
  files(): Promise<SyncAnswer>;
  /** A call with text that no honest script would send. */
  raw(call: AsyncCall): Promise<Json>;
  /** What the host has said so far. */
  readonly answers: readonly HostToScript[];
}

/** Runs a function instead of a script, and ends it as the real runner does when the signal is aborted. */
export class FunctionScript implements ScriptRunner {
  readonly #body: (api: ScriptApi) => Promise<Json | undefined>;

  constructor(body: (api: ScriptApi) => Promise<Json | undefined>) {
    this.#body = body;
  }

  run(job: ScriptJob): Promise<ScriptOutcome> {
    if (job.signal.aborted) {
      return Promise.reject(job.signal.reason as Error); // As waiting in line for a thread does.
    }
    const aborted = new Promise<ScriptOutcome>((resolve) => {
      const outcome = failed('cancelled', 'The run was cancelled.');
      job.signal.addEventListener('abort', () => resolve(outcome), { once: true });
    });
    return Promise.race([this.#play(job.host), aborted]);
  }

  async #play(host: ScriptHost): Promise<ScriptOutcome> {
    try {
      const value = await this.#body(connect(host));
      return { type: 'returned', json: JSON.stringify(value ?? null) };
    } catch (error) {
      return failed('script_error', error instanceof Error ? error.message : String(error));
    }
  }
}

function failed(code: 'cancelled' | 'script_error', message: string): ScriptOutcome {
  const position = code === 'cancelled' ? null : 1;
  return { type: 'failed', error: { code, message }, line: position, column: position };
}

function connect(host: ScriptHost): ScriptApi {
  let lastCallId = 0;
  let phase: string | null = null;
  const answers: HostToScript[] = [];
  // The real worker says so when its engine has nothing left to do.
  const sayWaiting = (): void => {
    setImmediate(() =>
      host.onMessage({ type: 'waiting', answers: answers.length }, () => undefined),
    );
  };
  const start = (call: AsyncCall): Promise<Json> =>
    new Promise((resolve, reject) => {
      lastCallId += 1;
      sayWaiting();
      host.onMessage({ type: 'call', callId: lastCallId, call }, (answer) => {
        answers.push(answer);
        sayWaiting();
        if (answer.type === 'settle') resolve(parseJson(answer.json));
        else {
          const { name, message, limit, value } = answer.error;
          reject(Object.assign(new Error(message), { name, limit, value }));
        }
      });
    });
  const agentCall = (prompt: Json, options: Json, outcome: boolean): AsyncCall => ({
    method: 'agent',
    params: JSON.stringify([prompt, options]),
    phase,
    outcome,
    child: null,
    problem: null,
  });
  return {
    answers,
    agent: (prompt, options = null) => start(agentCall(prompt, options, false)),
    outcome: (prompt, options = null) => start(agentCall(prompt, options, true)),
    verify: (spec) => start({ method: 'verify', params: JSON.stringify(spec), phase }),
    gate: (question, details = null) =>
      start({ method: 'gate', params: JSON.stringify([question, details]), phase }),
    timer: (delayMs) => start({ method: 'timer', delayMs }),
    startTimer: (delayMs) => {
      // Whoever asks for the id only cancels it; the promise then stays pending for ever.
      void start({ method: 'timer', delayMs });
      return lastCallId;
    },
    cancelTimer: (callId) => host.onMessage({ type: 'cancelTimer', callId }, () => undefined),
    phase: (title) => {
      phase = title;
      host.onMessage({ type: 'phase', title }, () => undefined);
    },
    log: (message) => host.onMessage({ type: 'log', level: 'info', message }, () => undefined),
    read: (path) => host.onSync({ type: 'sync', method: 'read', params: JSON.stringify(path) }),
    files: () => host.onSync({ type: 'sync', method: 'files', params: 'null' }),
    raw: start,
  };
}
