import type { HostToScript } from '../../../protocol/threads/scriptMessages.ts';
import type { AnswerContext } from '../answers/answerContext.ts';
import type { RunContext } from '../runContext.ts';

/** What timers need of a run. */
export type TimerContext = Pick<RunContext, 'services' | 'recorder' | 'signal'> &
  Pick<AnswerContext, 'deliveries'>;

/** The script's timers. Each firing is journaled before the script sees it. */
export class Timers {
  readonly #ctx: TimerContext;
  readonly #running = new Map<number, { dispose(): void }>();

  constructor(ctx: TimerContext) {
    this.#ctx = ctx;
  }

  start(callId: number, delayMs: number, send: (answer: HostToScript) => void): Promise<void> {
    // A script's last messages can arrive after its end; nobody would dispose this timer.
    if (this.#ctx.signal.aborted) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const fire = (): void => {
        this.#running.delete(callId);
        const deliver = (): void => send(this.#ctx.deliveries.settle(callId, null));
        this.#ctx.recorder.record({ type: 'timer.fired', callId }, deliver).then(resolve, reject);
      };
      const timer = this.#ctx.services.clock.after(delayMs, fire);
      const stop = (): void => {
        timer.dispose();
        resolve();
      };
      this.#running.set(callId, { dispose: stop });
    });
  }

  cancel(callId: number): void {
    this.#running.get(callId)?.dispose();
    this.#running.delete(callId);
  }

  dispose(): void {
    for (const timer of this.#running.values()) timer.dispose();
    this.#running.clear();
  }
}
