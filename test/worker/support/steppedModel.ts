import type { Json } from '../../../src/base/json.ts';
import {
  ModelError,
  type ModelAnswer,
  type ModelClient,
  type ModelContent,
  type ModelMessage,
  type ModelRequest,
  type SendOptions,
} from '../../../src/core/ports/modelClient.ts';
import { promptOf } from '../../support/fakeModels.ts';
import { answerSchema } from './answerSchema.ts';

/** What one agent was asked; agents are numbered in the order in which their first requests arrived. */
export interface Ask {
  readonly prompt: string;
  readonly schema: Json | undefined;
  readonly number: number;
}

export interface Replies {
  /** The answer of an agent; undefined for a made one. */
  readonly reply?: ((ask: Ask) => Json | undefined) | undefined;
  /** A file that the agent writes before it answers. */
  readonly edit?:
    | ((ask: Ask) => { readonly path: string; readonly text: string } | null)
    | undefined;
  /** Agents whose prompt matches are answered only when nothing else can go on. */
  readonly slow?: RegExp | undefined;
  readonly outputTokens?: number | undefined;
}

interface OpenRequest {
  readonly isSlow: boolean;
  readonly settle: () => void;
}

/** Answers one request at a time, when it is told to. */
export class SteppedModel implements ModelClient {
  readonly provider = 'scripted';
  readonly defaultModel = 'scripted-model';
  readonly #replies: Replies;
  readonly #mode: 'answering' | 'failing';
  readonly #open: OpenRequest[] = [];
  readonly #numbers = new WeakMap<ModelMessage, number>();
  #lastNumber = 0;

  constructor(mode: 'answering' | 'failing', replies: Replies) {
    this.#mode = mode;
    this.#replies = replies;
  }

  send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer> {
    options.signal.throwIfAborted();
    // A provider begins its answer before it refuses, so that it is known to be there.
    options.onActivity?.();
    const ask = this.#askOf(request);
    return new Promise((resolve, reject) => {
      const remove = (): void => {
        this.#open.splice(this.#open.indexOf(entry), 1);
        options.signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        remove();
        reject(options.signal.reason as Error); // An abort's reason is untyped by definition.
      };
      const entry: OpenRequest = {
        isSlow: this.#replies.slow?.test(ask.prompt) ?? false,
        settle: () => {
          remove();
          if (this.#mode === 'failing') reject(refusal(ask.number));
          else resolve(this.#answer(ask, request));
        },
      };
      this.#open.push(entry);
      options.signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Answers the oldest request of that kind; false when there is none. */
  step(kind: 'quick' | 'slow'): boolean {
    const entry = this.#open.find(({ isSlow }) => isSlow === (kind === 'slow'));
    entry?.settle();
    return entry !== undefined;
  }

  #askOf(request: ModelRequest): Ask {
    const [first] = request.messages;
    if (first === undefined) throw new Error('A request has a message.');
    const known = this.#numbers.get(first);
    const number = known ?? (this.#lastNumber += 1);
    this.#numbers.set(first, number);
    const submit = request.tools.find(({ name }) => name === 'submit_result');
    return { prompt: promptOf(request), schema: submit?.inputSchema, number };
  }

  #answer(ask: Ask, request: ModelRequest): ModelAnswer {
    const content = [this.#contentOf(ask, request.messages.length === 1)];
    const isText = content.every(({ type }) => type === 'text');
    const outputTokens = this.#replies.outputTokens ?? 100;
    const usage = { inputTokens: 10, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const stopReason = isText ? 'endTurn' : 'toolUse';
    return { model: request.model, content, stopReason, usage };
  }

  #contentOf(ask: Ask, isFirst: boolean): ModelContent {
    const edit = isFirst ? (this.#replies.edit?.(ask) ?? null) : null;
    const toolUseId = `call-${ask.number}`;
    if (edit !== null)
      return { type: 'toolUse', toolUseId, name: 'write_file', input: { ...edit } };
    const given = this.#replies.reply?.(ask);
    if (ask.schema === undefined) {
      const text = typeof given === 'string' ? given : `Answer ${ask.number}`;
      return { type: 'text', text };
    }
    const input = given ?? answerSchema(ask.schema, ask.number);
    return { type: 'toolUse', toolUseId, name: 'submit_result', input };
  }
}

// Four causes in turn: one alone would be a fault of the provider, at which a run stands still.
const CODES = ['model_refused', 'model_request', 'model_output_cut', 'model_unavailable'] as const;

function refusal(number: number): ModelError {
  const code = CODES[number % CODES.length] ?? 'model_refused';
  const details = { code, status: null, retry: 'never', retryAfterMs: null } as const;
  return new ModelError(`scripted ${code}`, details);
}
