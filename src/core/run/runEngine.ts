/**
 * One run from its first event to its last. The engine owns the run's state; the script, the agents and the
 * user only ask it for things. Everything that happens goes through the recorder.
 */
import { assertNever } from '../../base/assertNever.ts';
import { errorText } from '../../base/errorText.ts';
import type { RunControl } from '../../protocol/hostRpc.ts';
import type { PauseReason, RunEvent, RunFact } from '../../protocol/runEvents.ts';
import type { RunView } from '../../protocol/runView.ts';
import { MAX_LOG_LINES } from '../../protocol/reduceRun.ts';
import type { HostToScript, ScriptOutcome } from '../../protocol/scriptMessages.ts';
import { RunTree } from '../changes/runTree.ts';
import { SnapshotView } from '../changes/snapshotView.ts';
import { cutText } from '../../base/format.ts';
import { MAX_LOG_CHARS } from '../limits.ts';
import type { ScriptCallMessage, ScriptHost, ScriptSyncMessage } from '../ports/scriptRunner.ts';
import { AgentRunner } from './agentRunner.ts';
import { concludeRun } from './concludeRun.ts';
import { Deliveries } from './deliveries.ts';
import { Permits } from './permits.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import type { RunContext } from './runContext.ts';
import { StopReason } from './runErrors.ts';
import { RunRecorder } from './runRecorder.ts';
import { answerScriptRead } from './scriptReads.ts';
import { Spend } from './spend.ts';
import { startedFact } from './startedFact.ts';
import { TaskTracker } from './taskTracker.ts';
import { Timers } from './timers.ts';
import { VerifyRunner } from './verifyRunner.ts';

/** What a person can do about a limit; a script never sees it. */
const LIMIT_ADVICE =
  'Nothing more starts and finished work stays: review it, or cancel and run again with higher limits.';

type EndedEvent = Extract<RunEvent, { type: 'run.ended' }>;

export class RunEngine implements ScriptHost {
  readonly #config: RunConfig;
  readonly #services: RunServices;
  readonly #recorder: RunRecorder;
  readonly #permits: Permits;
  readonly #stop = new AbortController();
  readonly #tasks = new TaskTracker();
  readonly #ctx: RunContext;
  readonly #agents: AgentRunner;
  readonly #verifications: VerifyRunner;
  readonly #timers: Timers;
  #logLines = 0;
  /** Known at once, while the view follows when the journal has it. */
  #suspended: PauseReason | null = null;

  constructor(
    config: RunConfig,
    services: RunServices,
    onEvent: (event: RunEvent, view: RunView) => void,
  ) {
    const { runId, limits } = config;
    const { store, clock, snapshot, governor } = services;
    this.#config = config;
    this.#services = services;
    this.#recorder = new RunRecorder({ runId, journal: store.journal, clock, onEvent });
    this.#permits = new Permits(limits.concurrency);
    const view = new SnapshotView(snapshot, services.snapshots);
    this.#ctx = {
      config,
      services,
      recorder: this.#recorder,
      tree: new RunTree({ snapshot: view, snapshotTree: snapshot.tree }),
      permits: this.#permits,
      spend: new Spend(governor.client.provider, limits),
      deliveries: new Deliveries(),
      signal: this.#stop.signal,
      warn: (message) => this.#log('warning', message),
      suspend: (message) => this.#suspend('limit', message),
    };
    this.#agents = new AgentRunner(this.#ctx);
    this.#verifications = new VerifyRunner(this.#ctx);
    this.#timers = new Timers(this.#ctx);
  }

  get view(): RunView {
    return this.#recorder.view;
  }

  get tree(): RunTree {
    return this.#ctx.tree;
  }

  /** Runs to the end. Rejects only for a fault of ours, such as a journal that can't be written. */
  async execute(): Promise<EndedEvent> {
    await this.#recorder.record(startedFact(this.#config, this.#services));
    const deadline = this.#startDeadline();
    try {
      const outcome = await this.#runScript();
      await this.#settleTasks();
      return await concludeRun(this.#ctx, {
        outcome,
        stop: this.#stopReason(),
        agentsStarted: this.#agents.started,
        receipts: this.#verifications.receipts,
        unfinished: this.#verifications.unfinished,
      });
    } finally {
      deadline.dispose();
    }
  }

  /** Carries out what the user asked for; a verb that does not apply now changes nothing. */
  control(control: RunControl): void {
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
      default:
        assertNever(control);
    }
  }

  onMessage(message: ScriptCallMessage, send: (answer: HostToScript) => void): void {
    switch (message.type) {
      case 'phase':
        this.#record({ type: 'phase.started', title: cutText(message.title, MAX_LOG_CHARS) });
        break;
      case 'log':
        this.#log(message.level, message.message);
        break;
      case 'cancelTimer':
        this.#timers.cancel(message.callId);
        break;
      case 'call':
        this.#tasks.track(this.#handleCall(message, send));
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

  async #handleCall(
    message: Extract<ScriptCallMessage, { type: 'call' }>,
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const { callId, call } = message;
    switch (call.method) {
      case 'agent':
        await this.#startAgent(callId, call, send);
        break;
      case 'verify':
        await this.#verifications.handle(callId, call, send);
        break;
      case 'timer':
        await this.#timers.start(callId, call.delayMs, send);
        break;
      default:
        assertNever(call);
    }
  }

  async #startAgent(
    callId: number,
    call: Parameters<AgentRunner['handle']>[1],
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const { maxAgents } = this.#config.limits;
    if (this.#agents.started >= maxAgents) {
      // The call stays pending: only the user may turn a limit into an error of the script.
      this.#suspend('limit', `The limit of ${maxAgents} agents is reached.`);
      return;
    }
    await this.#agents.handle(callId, call, send);
  }

  async #runScript(): Promise<ScriptOutcome> {
    const { script, argsJson, budgetTokens } = this.#config;
    return this.#services.scripts.run({
      ...{ script, argsJson, host: this, signal: this.#stop.signal },
      fileName: 'workflow.js',
      budget: { outputTokens: budgetTokens, usd: null },
    });
  }

  /** Agents that nobody waits for any more are stopped; each still gets its journal entry. */
  async #settleTasks(): Promise<void> {
    this.#timers.dispose();
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
    if (this.#stop.signal.aborted || this.#suspended !== null) return;
    this.#suspended = reason;
    this.#permits.hold();
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
    this.#record({ type: 'run.state', state: 'running', reason: null, message: null });
  }

  #startDeadline(): { dispose(): void } {
    const { maxMinutes } = this.#config.limits;
    return this.#services.clock.after(maxMinutes * 60_000, () => {
      this.#suspend('limit', `The limit of ${maxMinutes} minutes is reached.`);
    });
  }

  #log(level: 'info' | 'warning', message: string): void {
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
