import type { RunControl } from '../../protocol/host/hostRpc.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { t } from '../shared/localize.ts';
import type { RunRegistry } from './runRegistry.ts';
import type { SeenRuns } from './seenRuns.ts';

/** What the user is asked before a control is sent; null and false mean "leave it". */
export interface RunDialogs {
  readonly isTrusted: () => boolean;
  readonly askConcurrency: (current: number) => Promise<number | null>;
  readonly askHigherLimits: (run: RunSummary) => Promise<RunLimits | null>;
  /** Asks whether to do what this sentence says. */
  readonly confirmCancel: (sentence: string) => Promise<boolean>;
  /** Asks whether agents may do again what they did with the user's rights. */
  readonly confirmRerun: (sentence: string) => Promise<boolean>;
  readonly showGate: (runId: string, gateId: number | null) => Promise<void>;
}

/** What the controls work with. */
export interface RunControlsContext {
  readonly host: HostClient;
  readonly registry: RunRegistry;
  readonly seen: SeenRuns;
  readonly dialogs: RunDialogs;
  /** Globs of commands that the user's settings allow. */
  readonly allowedCommands: () => readonly string[];
}

/** The verbs that control a run, with the questions that go before them. */
export class RunControls {
  readonly #context: RunControlsContext;

  constructor(context: RunControlsContext) {
    this.#context = context;
  }

  /** Sends one control as it is. */
  async send(runId: string, control: RunControl): Promise<void> {
    await this.#context.host.request('run.control', { runId, control });
  }

  /** Goes on: a run that waits is let go, one that has ended starts again from its journal. */
  async resume(runId: string): Promise<void> {
    const run = this.#context.registry.get(runId);
    if (run !== null && !isLive(run)) return this.#resumeEnded(run);
    if (run?.pauseReason === 'limit') return this.raise(runId);
    // Only an answer lets a run go on that waits for one.
    if (run?.pauseReason === 'gate') return this.#context.dialogs.showGate(runId, null);
    this.#needTrust();
    await this.send(runId, { action: 'resume' });
    await this.#context.seen.remove(runId);
  }

  /** Asks for other limits; a run that waited at one goes on when none is reached any more. */
  async raise(runId: string): Promise<void> {
    this.#needTrust();
    const run = this.#context.registry.get(runId);
    if (run === null) return;
    const limits = await this.#context.dialogs.askHigherLimits(run);
    if (limits !== null) await this.send(runId, { action: 'raise', limits });
  }

  /** Asks how many agents may work at once. */
  async throttle(runId: string): Promise<void> {
    const { dialogs, registry } = this.#context;
    const concurrency = await dialogs.askConcurrency(registry.get(runId)?.concurrency ?? 16);
    if (concurrency !== null) await this.send(runId, { action: 'throttle', concurrency });
  }

  /** Cancels after the user has read what it hits. */
  async cancel(runId: string): Promise<void> {
    const { dialogs, registry } = this.#context;
    const confirmed = await dialogs.confirmCancel(cancelText(registry.get(runId)));
    if (confirmed) await this.send(runId, { action: 'cancel' });
  }

  // Under the limits that it reached it would stop again at once, so others are asked for first.
  async #resumeEnded(run: RunSummary): Promise<void> {
    this.#needTrust();
    const { dialogs, host, seen } = this.#context;
    const { runId } = run;
    const isAtLimit = run.state === 'paused' && run.pauseReason === 'limit';
    const limits = isAtLimit ? await dialogs.askHigherLimits(run) : null;
    if (isAtLimit && limits === null) return;
    if (run.rerunsUnsandboxed > 0 && !(await dialogs.confirmRerun(rerunText(run)))) return;
    const allowedCommands = [...this.#context.allowedCommands()];
    await host.request('run.resume', { runId, limits, allowedCommands });
    await seen.remove(runId);
  }

  #needTrust(): void {
    if (this.#context.dialogs.isTrusted()) return;
    throw new Error(t('This folder is not trusted. Trust it before you resume a run.'));
  }
}

/** Says what may happen twice when a run goes on. */
function rerunText({ rerunsUnsandboxed: count }: RunSummary): string {
  const agents = count === 1 ? t('1 agent') : t('{0} agents', count);
  return t('Resume and rerun {0} that ran commands without a sandbox', agents);
}

/** Says what a cancel hits. */
export function cancelText(run: RunSummary | null): string {
  if (run === null) return t('Cancel run; finished work is kept');
  const { running, queued } = run.counts;
  const agents = running === 1 ? t('1 agent running') : t('{0} agents running', running);
  return t('Cancel run: {0}, {1} queued; finished work is kept', agents, queued);
}
