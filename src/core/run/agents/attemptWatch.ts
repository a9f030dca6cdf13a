import { AgentFailure } from '../../agent/runAgent.ts';
import type { ActiveClock } from '../limits/activeClock.ts';
import { StopReason } from '../runErrors.ts';
import { AgentLiveness } from './agentLiveness.ts';
import { AttemptDeadline } from './attemptDeadline.ts';

export interface AttemptWatchOptions {
  readonly clock: ActiveClock;
  /** The time that the attempt has. */
  readonly timeoutMs: number;
  /** How long it may go without a sign of life. */
  readonly stallMs: number;
  /** Ends the attempt. */
  readonly abort: (reason: Error) => void;
}

/** Ends an attempt that takes too long, or that gives no sign of life. */
export class AttemptWatch {
  readonly #deadline: AttemptDeadline;
  readonly #liveness: AgentLiveness;

  constructor({ clock, timeoutMs, stallMs, abort }: AttemptWatchOptions) {
    this.#deadline = new AttemptDeadline(clock, timeoutMs, () => {
      const message = `The agent was not finished after ${Math.round(timeoutMs / 1000)} s.`;
      abort(new StopReason('agent_timeout', message));
    });
    this.#liveness = new AgentLiveness(clock, stallMs, () => {
      const message = `The agent gave no sign of life for ${Math.round(stallMs / 1000)} s.`;
      abort(new AgentFailure('agent_stalled', message));
    });
  }

  /** The agent does something. Cheap: a stream gives thousands. */
  sign(): void {
    this.#liveness.sign();
  }

  /** The agent waits for something that is not its own; its time goes on. */
  wait(): void {
    this.#liveness.wait();
  }

  /** The agent waits for a person, who may take long: its time stands still. */
  standStill(): void {
    this.#liveness.wait();
    this.#deadline.stop();
  }

  goOn(): void {
    this.#deadline.goOn();
    this.#liveness.sign();
  }

  dispose(): void {
    this.#deadline.dispose();
    this.#liveness.dispose();
  }
}
