import type { Json } from '../../base/json.ts';
import type { ErrorCode } from '../../protocol/errorCodes.ts';
import type { TokenUsage } from '../../protocol/runLimits.ts';

/** A tool that a model may call; `inputSchema` is JSON Schema with an object root. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: { readonly [key: string]: Json };
}

export type ModelContent =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'toolUse';
      readonly toolUseId: string;
      readonly name: string;
      readonly input: Json;
      /** Why the input that the model gave cannot be used; an empty one stands in for it. */
      readonly problem?: string | undefined;
    }
  | {
      readonly type: 'toolResult';
      readonly toolUseId: string;
      readonly text: string;
      readonly outcome: 'ok' | 'error';
    };

export interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly ModelContent[];
}

/** One request to a model. `system` and `tools` are byte-identical for like agents, so that they can be cached. */
export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  /** Name of the tool that must be called, when there is only one way to answer. */
  readonly requiredTool?: string | undefined;
  readonly messages: readonly ModelMessage[];
  readonly maxOutputTokens: number;
  readonly effort?: string | undefined;
}

/** A whole answer; `content` holds text and toolUse parts only, in the order of the stream. */
export interface ModelAnswer {
  readonly model: string;
  readonly content: readonly ModelContent[];
  readonly stopReason: 'endTurn' | 'toolUse' | 'maxTokens' | 'refusal';
  readonly usage: TokenUsage;
}

/** One of a provider's limits, as it said with an answer; null for what it did not say. */
export interface RateLimit {
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Milliseconds from now until the limit is whole again. */
  readonly resetMs: number | null;
}

/** What a provider said about its limits, with an answer or an error. */
export interface RateLimits {
  readonly requests: RateLimit;
  readonly tokens: RateLimit;
  readonly inputTokens: RateLimit;
  readonly outputTokens: RateLimit;
}

export interface SendOptions {
  readonly signal: AbortSignal;
  /** A piece of answer text, as it arrives. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Any sign of life from the stream. */
  readonly onActivity?: (() => void) | undefined;
  /** What the provider says about its limits, as soon as the head of an answer or an error is there. */
  readonly onRateLimits?: ((limits: RateLimits) => void) | undefined;
}

/** The road to a model. Sends once: retries are the governor's. */
export interface ModelClient {
  readonly provider: string;
  readonly defaultModel: string;
  /** Whether the provider keeps the prefixes of prompts in a cache, so that a first like request pays off. */
  readonly cachesPrefixes?: boolean | undefined;
  /** Rejects with a ModelError, or with the signal's reason when aborted. */
  send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer>;
}

/** Why a request failed, in terms that decide about a retry; the text never holds a key. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ErrorCode;
  readonly status: number | null;
  readonly retry: 'never' | 'backOff';
  /** How long the provider asked everybody to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** With `model_usage_limit`: milliseconds until the provider can be used again; null when it did not say. */
  readonly usableAgainMs: number | null;

  constructor(
    message: string,
    details: {
      readonly code: ErrorCode;
      readonly status: number | null;
      readonly retry: 'never' | 'backOff';
      readonly retryAfterMs: number | null;
      readonly usableAgainMs?: number | null | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.code = details.code;
    this.status = details.status;
    this.retry = details.retry;
    this.retryAfterMs = details.retryAfterMs;
    this.usableAgainMs = details.usableAgainMs ?? null;
  }
}
