import type {
  ModelAnswer,
  ModelClient,
  ModelRequest,
  SendOptions,
} from '../../../src/core/ports/modelClient.ts';
import { createDeferred } from '../../../src/base/deferred.ts';
import { settled } from '../../support/fakeClock.ts';
import { promptOf } from '../../support/fakeModels.ts';
import { say, ScriptedModel, type Step } from '../../support/scriptedModel.ts';

export interface EchoTraits {
  readonly provider?: string;
  readonly defaultModel?: string;
  /** Nobody is answered before so many requests were open at the same time. */
  readonly together?: number | undefined;
}

/** Follows a script for each prompt that it knows, the last step for ever; answers `did <prompt>` to others. */
export class EchoModel implements ModelClient {
  readonly provider: string;
  readonly defaultModel: string;
  readonly requests: ModelRequest[] = [];
  running = 0;
  mostRunning = 0;
  readonly #steps = new Map<string, Step[]>();
  readonly #together: number;
  readonly #meeting = createDeferred<undefined>();

  constructor(agents: Readonly<Record<string, readonly Step[]>>, traits: EchoTraits = {}) {
    this.provider = traits.provider ?? 'scripted';
    this.defaultModel = traits.defaultModel ?? 'scripted-model';
    this.#together = traits.together ?? 1;
    for (const [prompt, steps] of Object.entries(agents)) this.#steps.set(prompt, [...steps]);
  }

  get prompts(): readonly string[] {
    return this.requests.map(promptOf);
  }

  async send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer> {
    this.requests.push({ ...request, messages: [...request.messages] });
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      if (this.running >= this.#together) this.#meeting.resolve(undefined);
      await this.#meeting.promise;
      // A further request that may be open at the same time is there by now.
      await settled(5);
      return await new ScriptedModel([this.#nextStep(promptOf(request))]).send(request, options);
    } finally {
      this.running -= 1;
    }
  }

  #nextStep(prompt: string): Step {
    const steps = this.#steps.get(prompt);
    const step = steps !== undefined && steps.length > 1 ? steps.shift() : steps?.[0];
    return step ?? say(`did ${prompt}`);
  }
}
