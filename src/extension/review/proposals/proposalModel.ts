import type { Disposable } from '../../../base/disposables.ts';
import type {
  ApplyPlan,
  OpenBuffer,
  PlanProblem,
  ProposalSet,
  Selection,
  WriteOutcome,
} from '../../../protocol/proposals.ts';
import { Emitter, type Event } from '../../../base/emitter.ts';
import type { HostClient } from '../../../hostClient/hostClient.ts';
import type { ApplyService } from '../apply/applyService.ts';

/** What came of an accept or an undo. */
export interface ApplyResult {
  readonly runId: string;
  readonly decisionId: string;
  readonly action: ApplyPlan['action'];
  readonly writtenPaths: readonly string[];
  /** Each file that was asked for and not written, with the reason. */
  readonly problems: readonly Pick<PlanProblem, 'path' | 'reason'>[];
}

/** What the model needs. */
export interface ProposalModelOptions {
  readonly host: HostClient;
  readonly applyService: ApplyService;
  readonly openBuffers: () => Promise<OpenBuffer[]>;
}

/** The proposals of the run under review, and the only way to decide about them. */
export class ProposalModel implements Disposable {
  readonly #options: ProposalModelOptions;
  readonly #changed = new Emitter<string>();
  readonly #loaded = new Emitter<ProposalSet>();
  readonly #subscription: Disposable;
  #runId: string | null = null;
  #set: ProposalSet | null = null;
  #loading: Promise<ProposalSet | null> | null = null;
  /** Grows whenever what was asked for before is out of date. */
  #generation = 0;
  /** The proposals of this run, or the choice of the run, changed. */
  readonly onDidChange: Event<string> = this.#changed.event;
  /** The proposals of a run as the host has them now. */
  readonly onDidLoad: Event<ProposalSet> = this.#loaded.event;

  constructor(options: ProposalModelOptions) {
    this.#options = options;
    this.#subscription = options.host.onNotification('proposals.changed', ({ runId }) => {
      if (runId === this.#runId) this.invalidate();
      else this.#changed.fire(runId);
    });
  }

  /** The run under review. */
  get runId(): string | null {
    return this.#runId;
  }

  /** What was loaded last, without asking the host. */
  get loaded(): ProposalSet | null {
    return this.#set;
  }

  /** Chooses the run under review; nothing is loaded until somebody asks. */
  choose(runId: string | null): void {
    if (runId === this.#runId) return;
    this.#runId = runId;
    this.invalidate();
  }

  /** Forgets what was loaded. */
  invalidate(): void {
    this.#forget();
    if (this.#runId !== null) this.#changed.fire(this.#runId);
  }

  /** The proposals, loaded once until they change; null without a run. */
  async load(): Promise<ProposalSet | null> {
    if (this.#set !== null || this.#runId === null) return this.#set;
    this.#loading ??= this.#read(this.#runId);
    return this.#loading;
  }

  /** Writes the selected hunks into the workspace. */
  async accept(runId: string, selection: Selection): Promise<ApplyResult> {
    const openBuffers = await this.#options.openBuffers();
    const { host } = this.#options;
    return this.#carryOut(
      await host.request('proposals.accept', { runId, selection, openBuffers }),
    );
  }

  /** Takes the selected hunks out of the proposals. */
  async reject(runId: string, selection: Selection): Promise<void> {
    this.#adopt(await this.#options.host.request('proposals.reject', { runId, selection }));
  }

  /** Makes edits that were discarded undecided again. */
  async restore(runId: string, conflictIds: string[]): Promise<void> {
    const named = { runId, hunkIds: [], conflictIds };
    this.#adopt(await this.#options.host.request('proposals.restore', named));
  }

  /** Takes back one accept, the last one when none is named. */
  async undo(runId: string, decisionId: string | null): Promise<ApplyResult> {
    const openBuffers = await this.#options.openBuffers();
    const { host } = this.#options;
    return this.#carryOut(await host.request('proposals.undo', { runId, decisionId, openBuffers }));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
    this.#loaded.dispose();
  }

  async #read(runId: string): Promise<ProposalSet | null> {
    const generation = this.#generation;
    try {
      const set = await this.#options.host.request('proposals.get', { runId });
      // What changed while it was on its way is asked for anew by whoever needs it.
      if (this.#generation !== generation) return set;
      this.#set = set;
      this.#loaded.fire(set);
      return set;
    } finally {
      if (this.#generation === generation) this.#loading = null;
    }
  }

  async #carryOut(plan: ApplyPlan): Promise<ApplyResult> {
    const { runId, decisionId, action } = plan;
    const outcomes = await this.#options.applyService.carryOut(plan);
    const set = await this.#options.host.request('proposals.applied', {
      runId,
      decisionId,
      outcomes: [...outcomes],
    });
    this.#adopt(set);
    return { runId, decisionId, action, ...sortOutcomes(outcomes, plan.problems) };
  }

  #forget(): void {
    this.#generation += 1;
    this.#set = null;
    this.#loading = null;
  }

  #adopt(set: ProposalSet): void {
    if (set.runId === this.#runId) {
      this.#forget();
      this.#set = set;
    }
    this.#loaded.fire(set);
    this.#changed.fire(set.runId);
  }
}

function sortOutcomes(
  outcomes: readonly WriteOutcome[],
  problems: readonly PlanProblem[],
): Pick<ApplyResult, 'writtenPaths' | 'problems'> {
  const refused = outcomes.filter((outcome) => outcome.type === 'refused');
  return {
    writtenPaths: outcomes.flatMap((outcome) => (outcome.type === 'written' ? [outcome.path] : [])),
    problems: [...problems, ...refused].map(({ path, reason }) => ({ path, reason })),
  };
}
