import assert from 'node:assert/strict';
import type { Json } from '../../src/base/json.ts';
import { ModelError } from '../../src/core/ports/modelClient.ts';
import type {
  ModelAnswer,
  ModelClient,
  ModelContent,
  ModelRequest,
  SendOptions,
} from '../../src/core/ports/modelClient.ts';
import type { ErrorCode } from '../../src/protocol/errorCodes.ts';
import type { TokenUsage } from '../../src/protocol/runLimits.ts';

/** One scripted step: an answer, a failure, or what to answer to this very request. */
export type Step =
  | {
      readonly type: 'answer';
      readonly content: readonly ScriptedPart[];
      readonly usage: TokenUsage;
    }
  | { readonly type: 'fail'; readonly error: ModelError }
  | { readonly type: 'hang' }
  | { readonly type: 'respond'; readonly respond: (request: ModelRequest) => Step };

type ScriptedPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly name: string; readonly input: Json };

const usage: TokenUsage = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

/** Answers with text and ends the turn. */
export function say(text: string): Step {
  return { type: 'answer', content: [{ type: 'text', text }], usage };
}

/** Answers with one tool call, after some text if given. */
export function callTool(name: string, input: Json, text?: string): Step {
  const spoken: readonly ScriptedPart[] = text === undefined ? [] : [{ type: 'text', text }];
  return { type: 'answer', content: [...spoken, { type: 'call', name, input }], usage };
}

/** Fails with a code; `backOff` unless the code is one that never goes away. */
export function fail(code: ErrorCode, retryAfterMs: number | null = null): Step {
  const retry = code === 'model_unavailable' || code === 'model_rate_limited' ? 'backOff' : 'never';
  const error = new ModelError(`scripted ${code}`, { code, status: null, retry, retryAfterMs });
  return { type: 'fail', error };
}

/** Never answers; ends only with the signal. */
export function hang(): Step {
  return { type: 'hang' };
}

/** Decides the step from the request. */
export function respond(to: (request: ModelRequest) => Step): Step {
  return { type: 'respond', respond: to };
}

/** A model that follows a script; a call without a step left is recorded and fails the test. */
export class ScriptedModel implements ModelClient {
  readonly provider = 'scripted';
  readonly defaultModel = 'scripted-model';
  readonly requests: ModelRequest[] = [];
  readonly unscripted: ModelRequest[] = [];
  private readonly steps: Step[];
  private toolUses = 0;

  constructor(steps: readonly Step[]) {
    this.steps = [...steps];
  }

  async send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer> {
    options.signal.throwIfAborted();
    // A copy, because a turn loop may go on adding to the same list of messages.
    this.requests.push({ ...request, messages: [...request.messages] });
    const step = this.steps.shift();
    if (step === undefined) {
      this.unscripted.push(request);
      assert.fail(`Unscripted model call #${this.requests.length}: ${JSON.stringify(request)}`);
    }
    return this.play(step, request, options);
  }

  /** Fails when a call came without a step, or a step without a call. */
  assertDone(): void {
    assert.deepEqual(
      { unscripted: this.unscripted, stepsLeft: this.steps.length },
      {
        unscripted: [],
        stepsLeft: 0,
      },
    );
  }

  private async play(
    step: Step,
    request: ModelRequest,
    options: SendOptions,
  ): Promise<ModelAnswer> {
    switch (step.type) {
      case 'respond':
        return this.play(step.respond(request), request, options);
      case 'fail':
        throw step.error;
      case 'hang':
        return new Promise((_resolve, reject) => {
          options.signal.addEventListener('abort', () => {
            reject(options.signal.reason as Error); // An abort's reason is untyped by definition.
          });
        });
      case 'answer':
        return this.answer(step, request, options);
    }
  }

  private answer(
    step: Extract<Step, { type: 'answer' }>,
    request: ModelRequest,
    options: SendOptions,
  ): ModelAnswer {
    const content = step.content.map((part): ModelContent => {
      if (part.type === 'text') return part;
      this.toolUses += 1;
      const toolUseId = `call-${this.toolUses}`;
      return { type: 'toolUse', toolUseId, name: part.name, input: part.input };
    });
    options.onActivity?.();
    for (const part of content) if (part.type === 'text') options.onText?.(part.text);
    const stopReason = content.some((part) => part.type === 'toolUse') ? 'toolUse' : 'endTurn';
    return { model: request.model, content, stopReason, usage: step.usage };
  }
}
