import type {
  ModelAnswer,
  ModelClient,
  ModelRequest,
  SendOptions,
} from '../../src/core/ports/modelClient.ts';
import type { Step } from './scriptedModel.ts';
import { ScriptedModel } from './scriptedModel.ts';

/** The prompt of the agent that a request belongs to. */
export function promptOf(request: ModelRequest): string {
  const first = request.messages[0]?.content[0];
  return first?.type === 'text' ? first.text : '';
}

/** A script of its own for each prompt, so that agents may run in any order. */
export class ModelByPrompt implements ModelClient {
  readonly provider: string;
  readonly defaultModel = 'scripted-model';
  readonly requests: ModelRequest[] = [];
  running = 0;
  mostRunning = 0;
  readonly #models = new Map<string, ScriptedModel>();

  constructor(steps: Readonly<Record<string, readonly Step[]>>, provider = 'scripted') {
    this.provider = provider;
    for (const [prompt, own] of Object.entries(steps)) {
      this.#models.set(prompt, new ScriptedModel(own));
    }
  }

  async send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer> {
    this.requests.push(request);
    const model = this.#models.get(promptOf(request));
    if (model === undefined) throw new Error(`No script for the prompt "${promptOf(request)}".`);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      return await model.send(request, options);
    } finally {
      this.running -= 1;
    }
  }

  assertDone(): void {
    for (const model of this.#models.values()) model.assertDone();
  }
}

interface OpenRequest {
  readonly prompt: string;
  readonly answer: (text: string) => void;
}

/** Answers nobody until it is told to. */
export class HeldModel implements ModelClient {
  readonly provider = 'scripted';
  readonly defaultModel = 'scripted-model';
  readonly open: OpenRequest[] = [];
  sent = 0;
  aborted = 0;
  mostOpen = 0;

  send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer> {
    options.signal.throwIfAborted();
    this.sent += 1;
    // A server begins its answer long before it ends it.
    options.onActivity?.();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.aborted += 1;
        reject(options.signal.reason as Error); // An abort's reason is untyped by definition.
      };
      const entry: OpenRequest = {
        prompt: promptOf(request),
        answer: (text) => {
          this.open.splice(this.open.indexOf(entry), 1);
          options.signal.removeEventListener('abort', onAbort);
          const usage = {
            inputTokens: 10,
            outputTokens: 5,
            cacheReadTokens: 0,
            cacheWriteTokens: 0,
          };
          const content = [{ type: 'text' as const, text }];
          resolve({ model: request.model, content, stopReason: 'endTurn', usage });
        },
      };
      this.open.push(entry);
      this.mostOpen = Math.max(this.mostOpen, this.open.length);
      options.signal.addEventListener('abort', onAbort);
    });
  }

  answerAll(text = 'done'): void {
    for (const request of [...this.open]) request.answer(text);
  }
}
