import type { HostToScript } from '../../protocol/threads/scriptMessages.ts';

/** An answer to a call, made when it is handed over. */
export interface ScheduledAnswer {
  readonly callId: number;
  readonly make: () => HostToScript;
  readonly send: (answer: HostToScript) => void;
}

interface Ready extends ScheduledAnswer {
  readonly depth: number;
}

interface Timer extends ScheduledAnswer {
  readonly depth: number;
  readonly dueMs: number;
}

/**
 * Decides in which order a mock run's calls are answered. Every agent takes one unit of virtual time, and
 * nothing else takes any; what is due together is answered in the order of the calls. Timers come only
 * when nothing else is pending, the earliest first, so that no agent ever loses a race against one.
 */
export class VirtualSchedule {
  readonly #timers = new Map<number, Timer>();
  #ready: Ready[] = [];
  /** Units of virtual time at which the script now computes: the number of agents that led here. */
  #depth = 0;
  #nowMs = 0;
  #sent = 0;
  #loading = 0;
  #isStill = false;

  /** Agents in the row that led to the calls of this moment. */
  get depth(): number {
    return this.#depth;
  }

  /** Answers that the script has been sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Answers after so many agents have worked. */
  add(answer: ScheduledAnswer, agents: 0 | 1): void {
    this.#ready.push({ ...answer, depth: this.#depth + agents });
  }

  addTimer(answer: ScheduledAnswer, delayMs: number): void {
    const dueMs = this.#nowMs + delayMs;
    this.#timers.set(answer.callId, { ...answer, dueMs, depth: this.#depth });
  }

  cancelTimer(callId: number): void {
    this.#timers.delete(callId);
  }

  /** Answers when the answer is there; no timer fires before. Resolves then; `answer` must not reject. */
  async addLater(answer: Promise<ScheduledAnswer>): Promise<void> {
    const depth = this.#depth;
    this.#loading += 1;
    const loaded = await answer;
    this.#loading -= 1;
    this.#ready.push({ ...loaded, depth });
    if (this.#isStill) this.#goOn();
  }

  /** To be called when the script stands still after so many answers. */
  noteWaiting(answers: number): void {
    if (answers !== this.#sent) return;
    this.#isStill = true;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#ready.length > 0) this.#sendReady();
    else if (this.#loading === 0) this.#fireTimer();
  }

  #sendReady(): void {
    const depth = Math.min(...this.#ready.map((answer) => answer.depth));
    const due = this.#ready.filter((answer) => answer.depth === depth);
    this.#ready = this.#ready.filter((answer) => answer.depth !== depth);
    this.#depth = depth;
    for (const answer of due) this.#send(answer);
  }

  #fireTimer(): void {
    let first: Timer | null = null;
    for (const timer of this.#timers.values()) {
      if (first === null || timer.dueMs < first.dueMs) first = timer;
    }
    if (first === null) return;
    this.#timers.delete(first.callId);
    this.#nowMs = first.dueMs;
    this.#depth = first.depth;
    this.#send(first);
  }

  #send({ make, send }: ScheduledAnswer): void {
    this.#isStill = false;
    this.#sent += 1;
    send(make());
  }
}
