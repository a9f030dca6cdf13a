/** What holds a run and what lets it go on: the user's verbs, its limits, the breaker, open gates. */
import type { RunFact } from '../../protocol/events/runEvents.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { ThrownError } from '../../protocol/threads/scriptMessages.ts';
import type { CallRouter } from './calls/callRouter.ts';
import type { AnswerContext } from './answers/answerContext.ts';
import type { SpendingContext } from './limits/spendingContext.ts';
import type { RunContext } from './runContext.ts';
import { StopReason } from './runErrors.ts';
import { StopSequence } from './limits/stopSequence.ts';
import { Suspension, type SuspendRequest } from './limits/suspension.ts';

const stopCodes = {
  limit: 'limit_reached',
  breaker: 'breaker_tripped',
  usage: 'model_usage_limit',
} as const;

export interface RunSteeringOptions {
  readonly ctx: Pick<RunContext, 'config' | 'services' | 'track'> &
    SpendingContext &
    Pick<AnswerContext, 'replay'>;
  readonly record: (fact: RunFact) => void;
  /** Ends the script and everything that it started. */
  readonly stop: AbortController;
  /** Ends agents, verifications and gates; a run that stops at a limit lets its script return what it has. */
  readonly work: AbortController;
  readonly calls: () => CallRouter;
}

export class RunSteering {
  readonly #options: RunSteeringOptions;
  readonly #suspension: Suspension;
  readonly #stopping: StopSequence;
  #deadline: { dispose(): void } | null = null;
  /** What a stop at the present hold tells the script. */
  #held: SuspendRequest | null = null;

  constructor(options: RunSteeringOptions) {
    const { ctx, record, stop, work } = options;
    const { permits, activeClock, busy, services } = ctx;
    this.#options = options;
    this.#suspension = new Suspension({ permits, activeClock, record });
    this.#stopping = new StopSequence({
      clock: services.clock,
      busy,
      signal: work.signal,
      abortWork: (reason) => work.abort(reason),
      abortScript: (reason) => stop.abort(reason),
    });
  }

  /** What every call of the script gets once the run was stopped at a limit; null before. */
  get stopError(): ThrownError | null {
    return this.#stopping.error;
  }

  /** A call of the script, which a stopped one may make only so often. */
  noteCall(): void {
    if (this.stopError !== null) this.#stopping.noteCall();
  }

  abort(reason: StopReason): void {
    this.#options.work.abort(reason);
    this.#options.stop.abort(reason);
  }

  pause(): void {
    this.#suspension.pause();
  }

  /** Lifts what the user can lift by saying so; a limit goes only when it is raised. */
  resume(): void {
    this.#suspension.unpause();
    const reason = this.#suspension.hold?.reason;
    if (reason === undefined || reason === 'limit') return;
    if (reason === 'breaker') this.#options.ctx.breaker.reset();
    this.#liftHold();
  }

  throttle(concurrency: number): void {
    this.#options.ctx.permits.throttle(concurrency);
    this.#options.record({ type: 'run.throttled', concurrency });
  }

  changeLimits(next: RunLimits): void {
    const { ctx, record, calls } = this.#options;
    const { limits } = ctx;
    const { concurrency } = limits.limits;
    limits.change(next);
    record({ type: 'run.limits', limits: next });
    if (next.concurrency !== concurrency) this.throttle(next.concurrency);
    if (this.#suspension.hold?.reason === 'limit') this.#liftHold();
    else calls().agents.releaseHeld();
    this.startDeadline();
  }

  /** A limit, the breaker or the provider's own limit: nothing starts until the user has decided. */
  hold(request: SuspendRequest): void {
    const { ctx, work } = this.#options;
    if (work.signal.aborted || this.#suspension.hold !== null) return;
    const { reason, message } = request;
    this.#held = request;
    // What can be done about it is for whoever shows it to say.
    this.#suspension.holdFor({ reason, message });
    if (ctx.config.onLimit === 'stop') this.stopHeld();
  }

  /** Turns the hold into the end of the run; a run that nothing holds goes on. */
  stopHeld(): void {
    if (this.#held === null) return;
    const { message, limit, value, reason } = this.#held;
    const stop = new StopReason(stopCodes[reason], message);
    this.#options.ctx.track(this.#stopAt(stop, { limit, value }));
  }

  startDeadline(): void {
    this.#deadline?.dispose();
    const { activeClock, limits, replay } = this.#options.ctx;
    // Active time of earlier sessions counts towards the run's minutes.
    const earlierMs = replay?.activeMs ?? 0;
    const { maxMinutes } = limits.limits;
    const leftMs = maxMinutes * 60_000 - earlierMs - activeClock.elapsedMs();
    const message = `The limit of ${maxMinutes} minutes is reached.`;
    const reached = { reason: 'limit', limit: 'maxMinutes', value: maxMinutes, message } as const;
    this.#deadline = activeClock.after(Math.max(0, leftMs), () => this.hold(reached));
  }

  /** When only a person can make the script go on, the run says that it waits; headless, it stops resumable. */
  waitAtGate(question: string | null): void {
    this.#suspension.waitAtGate(question);
    if (question === null || this.#options.ctx.config.onGate !== 'stop') return;
    this.abort(new StopReason('gate_waiting', `The run is waiting for an answer: ${question}`));
  }

  dispose(): void {
    this.#deadline?.dispose();
    this.#stopping.dispose();
  }

  async #stopAt(
    stop: StopReason,
    limit: { readonly limit: string; readonly value: number },
  ): Promise<void> {
    await this.#stopping.begin(stop, limit);
    const { error } = this.#stopping;
    if (error !== null) this.#options.calls().rejectHeld(error);
  }

  /** What is still over a limit holds the run again at once. */
  #liftHold(): void {
    const { ctx, calls } = this.#options;
    this.#held = null;
    const reached = ctx.limits.runLimit();
    this.#suspension.lift();
    if (reached !== null) this.hold({ reason: 'limit', ...reached });
    else calls().agents.releaseHeld();
  }
}
