/**
 * One run from its first event to its last. The engine owns the run's state; the script, the agents and the
 * user only ask it for things. Everything that happens goes through the recorder.
 */
import { assertNever } from '../../base/assertNever.ts';
import { errorText } from '../../base/errorText.ts';
import type { RunControl } from '../../protocol/hostRpc.ts';
import type { PauseReason, RunEvent, RunFact } from '../../protocol/runEvents.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { RunView } from '../../protocol/runView.ts';
import { MAX_LOG_LINES } from '../../protocol/reduceRun.ts';
import type { HostToScript, ScriptOutcome } from '../../protocol/scriptMessages.ts';
import { RunTree } from '../changes/runTree.ts';
import { SnapshotView } from '../changes/snapshotView.ts';
import { cutText } from '../../base/format.ts';
import { MAX_LOG_CHARS } from '../limits.ts';
import type { ScriptCallMessage, ScriptHost, ScriptSyncMessage } from '../ports/scriptRunner.ts';
import { ActiveClock } from './activeClock.ts';
import { CallRouter } from './callRouter.ts';
import { concludeRun } from './concludeRun.ts';
import { Deliveries } from './deliveries.ts';
import { Permits } from './permits.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import type { RunContext } from './runContext.ts';
import { StopReason } from './runErrors.ts';
import { RunRecorder } from './runRecorder.ts';
import { answerScriptRead } from './scriptReads.ts';
import { Spend } from './spend.ts';
import type { ReplayLog } from './replayLog.ts';
import { resumedFact, startedFact } from './startedFact.ts';
import { TaskTracker } from './taskTracker.ts';

/** What a person can do about a limit; a script never sees it. */
const LIMIT_ADVICE =
  'Nothing more starts and finished work stays: review it, or cancel and run again with higher limits.';

/** Phases of one run: a tree with more has no reader, and each makes every view larger. */
const MAX_PHASES = 500;

/** What earlier sessions of a run left. */
export interface EarlierSessions {
  readonly log: ReplayLog;
  readonly view: RunView;
}

type EndedEvent = Extract<RunEvent, { type: 'run.ended' }>;

export class RunEngine implements ScriptHost {
  readonly #config: RunConfig;
  readonly #services: RunServices;
  readonly #recorder: RunRecorder;
  readonly #permits: Permits;
  readonly #stop = new AbortController();
  /** Without it, a script would wait for ever for an answer that could not be journaled. */
  readonly #tasks = new TaskTracker((error) =>
    this.#stop.abort(new StopReason('internal', errorText(error))),
  );
  readonly #phases = new Set<string>();
  readonly #ctx: RunContext;
  readonly #calls: CallRouter;
  #logLines = 0;
  /** Known at once, while the view follows when the journal has it. */
  #suspended: PauseReason | null = null;

  constructor(
    config: RunConfig,
    services: RunServices,
    onEvent: (event: RunEvent, view: RunView) => void,
    /** What earlier sessions of this run left, when it goes on. */
    earlier?: EarlierSessions,
  ) {
    const { runId, limits } = config;
    const { store, clock, snapshot, governor } = services;
    this.#config = config;
    this.#services = services;
    this.#recorder = new RunRecorder({
      ...{ runId, journal: store.journal, clock, onEvent },
      view: earlier?.view ?? null,
    });
    this.#permits = new Permits(limits.concurrency);
    const view = new SnapshotView(snapshot, services.snapshots);
    this.#ctx = {
      config,
      services,
      recorder: this.#recorder,
      tree: new RunTree({ snapshot: view, snapshotTree: snapshot.tree }),
      permits: this.#permits,
      activeClock: new ActiveClock(clock),
      spend: createSpend(governor.client.provider, limits, earlier),
      replay: earlier?.log ?? null,
      deliveries: new Deliveries(),
      signal: this.#stop.signal,
      warn: (message) => this.#log('warning', message),
      suspend: (message) => this.#suspend('limit', message),
    };
    this.#calls = new CallRouter({
      ctx: this.#ctx,
      limitReached: (agentsStarted) => agentLimit(agentsStarted, limits.maxAgents),
      onDivergence: (problem) => this.#stop.abort(new StopReason('journal_diverged', problem)),
    });
  }

  get view(): RunView {
    return this.#recorder.view;
  }

  get tree(): RunTree {
    return this.#ctx.tree;
  }

  /** Runs to the end. Rejects only for a fault of ours, such as a journal that can't be written. */
  async execute(): Promise<EndedEvent> {
    const { replay } = this.#ctx;
    const first = replay === null ? startedFact : resumedFact;
    await this.#recorder.record(first(this.#config, this.#services));
    await this.#calls.start();
    const deadline = this.#startDeadline();
    try {
      const outcome = await this.#runScript();
      await this.#settleTasks();
      return await concludeRun(this.#ctx, {
        outcome,
        stop: this.#stopReason(),
        agentsStarted: this.#calls.agents.started,
        receipts: this.#calls.verifications.receipts,
        unfinished: this.#calls.verifications.unfinished,
      });
    } finally {
      deadline.dispose();
    }
  }

  /** Carries out what the user asked for; a verb that does not apply now changes nothing. */
  control(control: RunControl): void {
    // A run that is being stopped, or whose script has ended, has only its last entries to write.
    if (this.#stop.signal.aborted) return;
    switch (control.action) {
      case 'pause':
        this.#suspend('user', null);
        break;
      case 'resume':
        this.#resume();
        break;
      case 'throttle':
        this.#permits.throttle(control.concurrency);
        this.#record({ type: 'run.throttled', concurrency: control.concurrency });
        break;
      case 'cancel':
        this.#stop.abort(new StopReason('cancelled', 'The run was cancelled.'));
        break;
      case 'raise':
      case 'stop':
      case 'skipAgent':
      case 'retryAgent':
      case 'answerGate':
        break;
      default:
        assertNever(control);
    }
  }

  onMessage(message: ScriptCallMessage, send: (answer: HostToScript) => void): void {
    switch (message.type) {
      case 'childEnd':
        break;
      case 'phase':
        if (this.#calls.isReplaying) break;
        this.#startPhase(cutText(message.title, MAX_LOG_CHARS));
        break;
      case 'log':
        this.#log(message.level, message.message);
        break;
      case 'cancelTimer':
        this.#calls.timers.cancel(message.callId);
        break;
      case 'call':
        this.#tasks.track(this.#calls.handle(message.callId, message.call, send));
        break;
      case 'waiting':
        this.#calls.noteWaiting(message.answers);
        break;
      default:
        assertNever(message);
    }
  }

  onSync(message: ScriptSyncMessage): ReturnType<ScriptHost['onSync']> {
    return answerScriptRead(message, this.#services).catch((error: unknown) => ({
      type: 'throw',
      error: { name: 'Error', message: `The snapshot cannot be read: ${errorText(error)}` },
    }));
  }

  async #runScript(): Promise<ScriptOutcome> {
    const { script, argsJson, budgetTokens } = this.#config;
    const { signal } = this.#stop;
    try {
      return await this.#services.scripts.run({
        ...{ script, argsJson, host: this, signal },
        fileName: 'workflow.js',
        reportsWaiting: this.#ctx.replay !== null,
        budget: { outputTokens: budgetTokens, usd: null },
      });
    } catch (error) {
      // Stopped while it waited for a thread: the run still has an end to journal.
      if (!signal.aborted) throw error;
      const info = { code: 'cancelled' as const, message: errorText(error) };
      return { type: 'failed', error: info, line: null, column: null };
    }
  }

  /** Agents that nobody waits for any more are stopped; each still gets its journal entry. */
  async #settleTasks(): Promise<void> {
    this.#calls.noteScriptEnd();
    this.#calls.timers.dispose();
    if (!this.#stop.signal.aborted) {
      this.#stop.abort(new StopReason('cancelled', 'The script ended without waiting for it.'));
      this.#hasEnded = true;
    }
    await this.#tasks.settled();
  }

  #hasEnded = false;

  #stopReason(): StopReason | null {
    if (this.#hasEnded) return null;
    // Only StopReasons are ever given to this controller.
    return this.#stop.signal.aborted ? (this.#stop.signal.reason as StopReason) : null;
  }

  #suspend(reason: PauseReason, message: string | null): void {
    if (this.#stop.signal.aborted) return;
    // A limit stays a limit, also when it is reached while the user has paused the run.
    if (this.#suspended !== null && (this.#suspended !== 'user' || reason === 'user')) return;
    this.#suspended = reason;
    this.#permits.hold();
    this.#ctx.activeClock.stop();
    const isStopping = reason === 'limit' && this.#config.onLimit === 'stop';
    const isWaiting = reason === 'limit' && !isStopping;
    const text = isWaiting ? `${message ?? ''} ${LIMIT_ADVICE}` : message;
    this.#record({ type: 'run.state', state: 'paused', reason, message: text });
    if (isStopping) {
      this.#stop.abort(new StopReason('limit_reached', message ?? 'A limit is reached.'));
    }
  }

  #resume(): void {
    if (this.#suspended !== 'user') return;
    this.#suspended = null;
    this.#permits.release();
    this.#ctx.activeClock.goOn();
    this.#record({ type: 'run.state', state: 'running', reason: null, message: null });
  }

  #startDeadline(): { dispose(): void } {
    const { maxMinutes } = this.#config.limits;
    return this.#ctx.activeClock.after(maxMinutes * 60_000, () => {
      this.#suspend('limit', `The limit of ${maxMinutes} minutes is reached.`);
    });
  }

  #startPhase(title: string): void {
    if (this.#phases.has(title) || this.#phases.size > MAX_PHASES) return;
    this.#phases.add(title);
    if (this.#phases.size <= MAX_PHASES) this.#record({ type: 'phase.started', title });
    else this.#log('warning', `More than ${MAX_PHASES} phases: later ones are not shown.`);
  }

  #log(level: 'info' | 'warning', message: string): void {
    if (this.#calls.isReplaying) return;
    this.#logLines += 1;
    if (this.#logLines > MAX_LOG_LINES) return;
    const isLast = this.#logLines === MAX_LOG_LINES;
    const text = isLast ? 'More log lines follow; they are not kept.' : message;
    this.#record({ type: 'log', level, message: cutText(text, MAX_LOG_CHARS) });
  }

  #record(fact: RunFact): void {
    this.#tasks.track(this.#recorder.record(fact));
  }
}

function agentLimit(agentsStarted: number, maxAgents: number): string | null {
  return agentsStarted < maxAgents ? null : `The limit of ${maxAgents} agents is reached.`;
}

function createSpend(provider: string, limits: RunLimits, earlier?: EarlierSessions): Spend {
  const spend = new Spend(provider, limits);
  if (earlier !== undefined) spend.restore(earlier.log.usage, earlier.log.usd);
  return spend;
}
