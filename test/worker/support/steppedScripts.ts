import type {
  ScriptCallMessage,
  ScriptHost,
  ScriptJob,
  ScriptRunner,
} from '../../../src/core/ports/scriptRunner.ts';
import type { HostToScript, ScriptOutcome } from '../../../src/protocol/threads/scriptMessages.ts';

type Send = (answer: HostToScript) => void;

/**
 * Stands between a sandbox and its host, and hands the script's messages on one at a time, when it is told
 * to: so that a run takes the same path each time, however fast its threads are.
 */
export class SteppedScripts implements ScriptRunner {
  /** When the script's timers are due that have not fired, by the number of their call. */
  readonly timers = new Map<number, number>();
  outcome: ScriptOutcome | null = null;
  /** Counts whatever passes, so that one can see that nothing does. */
  passed = 0;
  readonly #inner: ScriptRunner;
  readonly #nowMs: () => number;
  readonly #kept: { readonly message: ScriptCallMessage; readonly send: Send }[] = [];
  #answersSent = 0;
  #answersSeen = -1;
  #wake: () => void = () => undefined;

  constructor(inner: ScriptRunner, nowMs: () => number) {
    this.#inner = inner;
    this.#nowMs = nowMs;
  }

  async run(job: ScriptJob): Promise<ScriptOutcome> {
    const { host } = job;
    const stepped: ScriptHost = {
      onSync: (message) => host.onSync(message),
      onMessage: (message, send) => {
        if (message.type === 'waiting') this.#answersSeen = message.answers;
        this.#kept.push({ message, send: (answer) => this.#answer(answer, send) });
        this.#forward = () => this.#handOn(host);
        if (this.isStanding) this.#wake();
      },
    };
    const outcome = await this.#inner.run({ ...job, host: stepped, reportsWaiting: true });
    while (this.#kept.length > 0) this.#handOn(host);
    this.outcome = outcome;
    this.#wake();
    return outcome;
  }

  /** Whether the script waits for answers that have not been sent. */
  get isStanding(): boolean {
    return this.outcome !== null || this.#answersSeen === this.#answersSent;
  }

  /** Resolves when the script stands still, or has ended. */
  async standing(): Promise<void> {
    while (!this.isStanding) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Gives the host the oldest message that it has not seen; false when there is none. */
  step(): boolean {
    if (this.#kept.length === 0) return false;
    this.#forward();
    return true;
  }

  #forward: () => void = () => undefined;

  #handOn(host: ScriptHost): void {
    const kept = this.#kept.shift();
    if (kept === undefined) return;
    this.passed += 1;
    const { message, send } = kept;
    if (message.type === 'cancelTimer') this.timers.delete(message.callId);
    if (message.type === 'call' && message.call.method === 'timer') {
      this.timers.set(message.callId, this.#nowMs() + message.call.delayMs);
    }
    host.onMessage(message, send);
  }

  #answer(answer: HostToScript, send: Send): void {
    this.passed += 1;
    this.#answersSent += 1;
    this.timers.delete(answer.callId);
    send(answer);
  }
}
