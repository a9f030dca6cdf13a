/**
 * Gives an unchanged script its earlier outcomes in the order in which it saw them the first time. Calls are
 * kept until their turn; when the journal has no more, whatever still waits goes on as a new call.
 */
import type { AsyncCall, HostToScript } from '../../../protocol/threads/scriptMessages.ts';
import type { IdentifiedCall } from '../outcomes/identifiedCall.ts';
import { agentKey, type Delivery } from './replayLog.ts';

/** A call of the script that has no answer yet. */
export interface KeptCall {
  readonly callId: number;
  readonly call: AsyncCall;
  /** Null for calls that are not of agent(). */
  readonly identified: IdentifiedCall | null;
  readonly send: (answer: HostToScript) => void;
}

export interface OrderedReplayOptions {
  readonly deliveries: readonly Delivery[];
  readonly deliver: (delivery: Delivery, call: KeptCall) => Promise<void>;
  /** Called once, with the calls that still wait. */
  readonly onEnd: (waiting: readonly KeptCall[]) => Promise<void>;
  /** The script did something else than the journal says. */
  readonly onDivergence: (problem: string) => void;
}

export class OrderedReplay {
  readonly #options: OrderedReplayOptions;
  readonly #waiting = new Map<number, KeptCall>();
  #next = 0;
  #isAdvancing = false;
  #hasEnded = false;

  constructor(options: OrderedReplayOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#hasEnded;
  }

  /** Takes a call; resolves when all that can be delivered now has been. */
  async keep(call: KeptCall): Promise<void> {
    this.#waiting.set(call.callId, call);
    await this.advance();
  }

  /** Delivers what is due. Also starts the replay, when the journal has nothing to deliver. */
  async advance(): Promise<void> {
    if (this.#isAdvancing || this.#hasEnded) return;
    this.#isAdvancing = true;
    try {
      while (await this.#deliverNext());
    } finally {
      this.#isAdvancing = false;
    }
    if (this.#next >= this.#options.deliveries.length) await this.#end();
    // A call that came while the last delivery was being finished has not been looked at.
    else if (this.#isDue()) await this.advance();
  }

  /**
   * The script stands still after so many answers. When it has had all that were delivered and the next
   * outcome's call has not been made, it never will be.
   */
  noteWaiting(answers: number): void {
    const delivery = this.#options.deliveries[this.#next];
    if (delivery === undefined || this.#hasEnded || this.#isAdvancing) return;
    if (answers < this.#next) return;
    if (!this.#waiting.has(delivery.callId)) this.#diverge(delivery, 'the script did not make it');
  }

  /** The script came to its end. */
  noteScriptEnd(): void {
    const delivery = this.#options.deliveries[this.#next];
    if (delivery !== undefined && !this.#hasEnded) {
      this.#diverge(delivery, 'the script ended before it');
    }
  }

  #isDue(): boolean {
    const delivery = this.#options.deliveries[this.#next];
    return delivery !== undefined && !this.#hasEnded && this.#waiting.has(delivery.callId);
  }

  async #deliverNext(): Promise<boolean> {
    const delivery = this.#options.deliveries[this.#next];
    const call = delivery === undefined ? undefined : this.#waiting.get(delivery.callId);
    if (delivery === undefined || call === undefined) return false;
    if (!isSameCall(delivery, call)) {
      this.#diverge(delivery, 'the script made another call there');
      return false;
    }
    this.#waiting.delete(call.callId);
    this.#next += 1;
    await this.#options.deliver(delivery, call);
    return true;
  }

  async #end(): Promise<void> {
    this.#hasEnded = true;
    const waiting = [...this.#waiting.values()].sort((a, b) => a.callId - b.callId);
    this.#waiting.clear();
    await this.#options.onEnd(waiting);
  }

  #diverge(delivery: Delivery, problem: string): void {
    this.#hasEnded = true;
    this.#options.onDivergence(
      `Journal entry ${delivery.seq} answers call ${delivery.callId}, a ${delivery.type}, and ${problem}.`,
    );
  }
}

function isSameCall(delivery: Delivery, kept: KeptCall): boolean {
  if (delivery.type === 'refusal') return delivery.refused.method === kept.call.method;
  if (delivery.type !== kept.call.method) return false;
  if (delivery.type !== 'agent') return true;
  const { identified } = kept;
  if (identified?.type !== 'agent') return false;
  return delivery.agent.key === agentKey(identified.contentKey, identified.occurrence);
}
