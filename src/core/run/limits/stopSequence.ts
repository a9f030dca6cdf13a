/**
 * How a run ends that is stopped at a limit. Requests under way may end, since they are paid for; then the
 * agents are cancelled, every call of the script gets a WorkflowLimitError, and the script may return what
 * it has. It can start nothing any more, so that catching the error turns no limit into a success.
 */
import type { ThrownError } from '../../../protocol/threads/scriptMessages.ts';
import { MAX_CALLS_AFTER_STOP, STOP_DRAIN_MS, STOP_GRACE_MS } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BusyAgents } from '../requests/busyAgents.ts';
import type { StopReason } from '../runErrors.ts';

export interface StopSequenceOptions {
  readonly clock: Clock;
  readonly busy: BusyAgents;
  /** Ends agents, verifications and gates. */
  readonly abortWork: (reason: StopReason) => void;
  /** Ends the script itself. */
  readonly abortScript: (reason: StopReason) => void;
  /** Aborted when the run ends by itself meanwhile. */
  readonly signal: AbortSignal;
}

export class StopSequence {
  readonly #options: StopSequenceOptions;
  #error: ThrownError | null = null;
  #hasBegun = false;
  #grace: { dispose(): void } | null = null;
  #reason: StopReason | null = null;
  #callsAfter = 0;

  constructor(options: StopSequenceOptions) {
    this.#options = options;
  }

  /** What the script gets; null until the agents were cancelled. */
  get error(): ThrownError | null {
    return this.#error;
  }

  /** Resolves when the script has been told. A second stop changes nothing. */
  async begin(
    reason: StopReason,
    limit: { readonly limit: string; readonly value: number },
  ): Promise<void> {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#reason = reason;
    await this.#drain();
    const { clock, signal, abortWork, abortScript } = this.#options;
    if (signal.aborted) return;
    const { message } = reason;
    this.#error = { name: 'WorkflowLimitError', message, ...limit };
    this.#grace = clock.after(STOP_GRACE_MS, () => abortScript(reason));
    abortWork(reason);
  }

  /** The script calls on; one that catches every error in a loop is ended. */
  noteCall(): void {
    this.#callsAfter += 1;
    if (this.#callsAfter > MAX_CALLS_AFTER_STOP && this.#reason !== null) {
      this.#options.abortScript(this.#reason);
    }
  }

  dispose(): void {
    this.#grace?.dispose();
  }

  async #drain(): Promise<void> {
    const { clock, busy, signal } = this.#options;
    let timer: { dispose(): void } | undefined;
    const isLate = new Promise<void>((resolve) => {
      timer = clock.after(STOP_DRAIN_MS, resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([busy.idle(), isLate]);
    timer?.dispose();
  }
}
