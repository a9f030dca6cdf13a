import type { Log } from '../../core/ports/log.ts';
import type { ApplyPlan } from '../../protocol/proposals.ts';
import type { ReviewService } from '../review/reviewService.ts';

/** The plans that one client carries out: those of a client that is gone are given up. */
export class ClientApplies {
  readonly #reviews: ReviewService;
  readonly #log: Log;
  readonly #decisionIds = new Set<string>();
  #isGone = false;

  constructor(reviews: ReviewService, log: Log) {
    this.#reviews = reviews;
    this.#log = log;
  }

  /** Hands a plan to the client, unless it has gone while it was made. */
  async handOut(planning: Promise<ApplyPlan>): Promise<ApplyPlan> {
    const plan = await planning;
    if (this.#isGone) await this.#reviews.abandon(plan.decisionId);
    else this.#decisionIds.add(plan.decisionId);
    return plan;
  }

  /** The client has said what came of it. */
  reported(decisionId: string): void {
    this.#decisionIds.delete(decisionId);
  }

  /** The client reports nothing any more; what it wrote shows in the files. */
  dispose(): void {
    this.#isGone = true;
    for (const decisionId of this.#decisionIds) {
      this.#reviews.abandon(decisionId).catch((error: unknown) => {
        this.#log.error('review', String(error), { decisionId });
      });
    }
  }
}
