/**
 * One run from its first event to its last. The engine owns the run's state; the script, the agents and the
 * user only ask it for things. Everything that happens goes through the recorder.
 */
import { assertNever } from '../../base/assertNever.ts';
import { errorText } from '../../base/errorText.ts';
import type { RunControl } from '../../protocol/host/hostRpc.ts';
import type { RunEvent, RunEventOf, RunFact } from '../../protocol/events/runEvents.ts';
import type { PriceTable } from '../../protocol/modelPrices.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { MAX_LOG_LINES } from '../../protocol/view/reduceRun.ts';
import type { HostToScript, ScriptOutcome } from '../../protocol/threads/scriptMessages.ts';
import { loadAgentTypes } from '../agent/agentDefinitions.ts';
import { createAgentTypes, type AgentTypes } from '../agent/agentTypes.ts';
import { RunTree } from '../changes/tree/runTree.ts';
import { SnapshotView } from '../changes/tree/snapshotView.ts';
import { cutText, plural } from '../../base/format.ts';
import { MAX_LOG_CHARS } from '../limits.ts';
import type { ScriptCallMessage, ScriptHost, ScriptSyncMessage } from '../ports/scriptRunner.ts';
import { ActiveClock } from './limits/activeClock.ts';
import { Breaker } from './requests/breaker.ts';
import { BusyAgents } from './requests/busyAgents.ts';
import { CallRouter, MAIN_FILE_NAME } from './calls/callRouter.ts';
import { concludeRun } from './concludeRun.ts';
import { endAgain } from './agents/endAgain.ts';
import { Deliveries } from './outcomes/deliveries.ts';
import { LimitKeeper } from './limits/limitKeeper.ts';
import { OpenCalls } from './calls/openCalls.ts';
import { CommandApprovals } from './commands/commandApprovals.ts';
import { createDirectorySetup } from './commands/directorySetup.ts';
import { Permits } from './requests/permits.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import type { RunContext } from './runContext.ts';
import { StopReason } from './runErrors.ts';
import { RunRecorder } from './runRecorder.ts';
import { answerScriptRead } from './calls/scriptReads.ts';
import { Spend } from './limits/spend.ts';
import { RunSteering } from './runSteering.ts';
import { isSameAsBefore, type ReplayLog } from './replay/replayLog.ts';
import { resumedFact, startedFact } from './startedFact.ts';
import { TaskTracker } from './taskTracker.ts';

/** Phases of one run: a tree with more has no reader, and each makes every view larger. */
const MAX_PHASES = 500;

/** What earlier sessions of a run left. */
export interface EarlierSessions {
  readonly log: ReplayLog;
  readonly view: RunView;
  /** The script is given another budget than before, so that it may take another way. */
  readonly hasOtherBudget?: boolean | undefined;
}

type EndedEvent = Extract<RunEvent, { type: 'run.ended' }>;

export class RunEngine implements ScriptHost {
  readonly #config: RunConfig;
  readonly #services: RunServices;
  readonly #recorder: RunRecorder;
  /** Ends the script and everything that it started. */
  readonly #stop = new AbortController();
  /** Ends agents, verifications and gates; a run that stops at a limit lets its script return what it has. */
  readonly #work = new AbortController();
  /** Without it, a script would wait for ever for an answer that could not be journaled. */
  readonly #tasks = new TaskTracker((error) =>
    this.#steering.abort(new StopReason('internal', errorText(error))),
  );
  readonly #phases = new Set<string>();
  readonly #ctx: RunContext;
  readonly #calls: CallRouter;
  readonly #steering: RunSteering;
  readonly #open = new OpenCalls();
  readonly #hasOtherBudget: boolean;
  #agentTypes: AgentTypes = createAgentTypes([], []);
  #logLines = 0;

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
      runId,
      journal: store.journal,
      clock,
      onEvent,
      view: earlier?.view ?? null,
    });
    this.#hasOtherBudget = earlier?.hasOtherBudget === true;
    const permits = new Permits(limits.concurrency);
    const breaker = new Breaker();
    const busy = new BusyAgents();
    const activeClock = new ActiveClock(clock);
    const spend = createSpend(governor.client.provider, config.prices, earlier);
    const earlierAgents = earlier?.view.agents ?? [];
    const view = new SnapshotView(snapshot, services.snapshots);
    const nextQuestionId = counterFrom(earlier?.log.lastQuestionId);
    const approvals = this.#createApprovals(nextQuestionId, earlier);
    this.#ctx = {
      config,
      services,
      recorder: this.#recorder,
      tree: new RunTree({ snapshot: view, snapshotTree: snapshot.tree }),
      permits,
      activeClock,
      spend,
      breaker,
      busy,
      limits: new LimitKeeper({ limits, spend, activeClock, earlierAgents }),
      replay: earlier?.log ?? null,
      agentTypes: () => this.#agentTypes,
      commands: approvals,
      setup: this.#createSetup(approvals, earlier),
      nextCommandId: counterFrom(earlier?.log.lastCommandId),
      nextQuestionId,
      deliveries: new Deliveries(),
      signal: this.#work.signal,
      stopError: () => this.#steering.stopError,
      track: (task) => this.#tasks.track(task),
      warn: (message) => this.#log('warning', message),
      suspend: (request) => this.#steering.hold(request),
    };
    this.#steering = new RunSteering({
      config,
      clock,
      permits,
      activeClock,
      breaker,
      busy,
      limits: this.#ctx.limits,
      stop: this.#stop,
      work: this.#work,
      track: this.#ctx.track,
      earlierMs: earlier?.log.activeMs ?? 0,
      record: (fact) => this.#record(fact),
      calls: () => this.#calls,
    });
    this.#calls = new CallRouter({
      ctx: this.#ctx,
      onDivergence: (problem) => this.#steering.abort(new StopReason('journal_diverged', problem)),
      onGate: () => this.#checkGates(),
    });
  }

  get view(): RunView {
    return this.#recorder.view;
  }

  /** The present limits; a user may change them on the way. */
  get limits(): RunLimits {
    return this.#ctx.limits.limits;
  }

  get tree(): RunTree {
    return this.#ctx.tree;
  }

  /** Runs to the end. Rejects only for a fault of ours, such as a journal that can't be written. */
  async execute(): Promise<EndedEvent> {
    const { replay } = this.#ctx;
    const first = replay === null ? startedFact : resumedFact;
    await this.#recorder.record(first(this.#config, this.#services));
    const finished = this.#finishedBefore();
    if (finished !== null) return endAgain(this.#ctx, finished);
    await this.#readAgentTypes();
    await this.#calls.start();
    this.#steering.startDeadline();
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
      this.#steering.dispose();
    }
  }

  /** Carries out what the user asked for; a verb that does not apply now changes nothing. */
  control(control: RunControl): void {
    // A run that is being stopped, or whose script has ended, has only its last entries to write.
    if (this.#work.signal.aborted) return;
    switch (control.action) {
      case 'pause':
        this.#steering.pause();
        break;
      case 'resume':
        this.#steering.resume();
        break;
      case 'throttle':
        this.#steering.throttle(control.concurrency);
        break;
      case 'raise':
        this.#steering.changeLimits(control.limits);
        break;
      case 'stop':
        this.#steering.stopHeld();
        break;
      case 'cancel':
        this.#steering.abort(new StopReason('cancelled', 'The run was cancelled.'));
        break;
      case 'skipAgent':
        this.#calls.agents.skip(control.agentId);
        break;
      case 'retryAgent':
        this.#calls.agents.restart(control.agentId);
        break;
      case 'answerGate':
        this.#answerGate(control);
        break;
      default:
        assertNever(control);
    }
  }

  /** A warning of the host in the run's log; nothing while earlier outcomes are delivered again. */
  warn(message: string): void {
    this.#log('warning', message);
  }

  onMessage(message: ScriptCallMessage, send: (answer: HostToScript) => void): void {
    switch (message.type) {
      case 'childEnd':
        this.#tasks.track(this.#calls.workflows.noteEnd(message.callId, message.error));
        break;
      case 'phase':
        if (this.#calls.isReplaying) break;
        this.#startPhase(cutText(message.title, MAX_LOG_CHARS));
        break;
      case 'log':
        this.#log(message.level, message.message);
        break;
      case 'cancelTimer':
        this.#open.drop(message.callId);
        this.#calls.timers.cancel(message.callId);
        break;
      case 'call': {
        const { callId, call } = message;
        const answer = this.#open.begin(callId, call.method, send);
        this.#steering.noteCall();
        this.#tasks.track(this.#calls.handle(callId, call, answer));
        break;
      }
      case 'waiting':
        this.#open.noteWaiting(message.answers);
        this.#calls.noteWaiting(message.answers);
        this.#checkGates();
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

  #createApprovals(nextQuestionId: () => number, earlier?: EarlierSessions): CommandApprovals {
    const { clock, commands } = this.#services;
    return new CommandApprovals({
      config: this.#config,
      clock,
      nextQuestionId,
      sandbox: () => commands.sandbox(),
      record: (fact) => this.#recorder.record(fact),
      track: (task) => this.#tasks.track(task),
      allowedBefore: earlier?.log.allowedCommands ?? [],
    });
  }

  #createSetup(
    approvals: CommandApprovals,
    earlier?: EarlierSessions,
  ): ReturnType<typeof createDirectorySetup> {
    return createDirectorySetup({
      config: this.#config,
      services: this.#services,
      approvals,
      record: (fact) => this.#recorder.record(fact),
      nextSetupId: counterFrom(earlier?.log.lastSetupId),
      signal: this.#work.signal,
    });
  }

  /** The end that an unchanged script would reach again: every outcome that it saw is in the journal. */
  #finishedBefore(): RunEventOf<'run.ended'> | null {
    const { replay } = this.#ctx;
    if (replay === null || this.#hasOtherBudget) return null;
    const { provider } = this.#services.governor.client;
    return isSameAsBefore(replay, { ...this.#config, provider }) ? replay.finished : null;
  }

  async #readAgentTypes(): Promise<void> {
    const { snapshot, snapshots } = this.#services;
    this.#agentTypes = await loadAgentTypes(snapshot, snapshots);
    // In a run that goes on these lines are in the journal already.
    if (this.#ctx.replay !== null) return;
    for (const warning of this.#agentTypes.warnings) this.#log('warning', warning);
  }

  async #runScript(): Promise<ScriptOutcome> {
    const { script, argsJson, budgetTokens } = this.#config;
    const { signal } = this.#stop;
    try {
      return await this.#services.scripts.run({
        script,
        argsJson,
        host: this,
        signal,
        fileName: MAIN_FILE_NAME,
        reportsWaiting: true,
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
    if (!this.#work.signal.aborted) {
      this.#hasEnded = true;
      this.#work.abort(new StopReason('cancelled', 'The script ended without waiting for it.'));
    }
    this.#calls.gates.dispose();
    this.#ctx.commands.dispose();
    this.#countDroppedLogs();
    await this.#tasks.settled();
    await this.#calls.workflows.noteRunEnd('The run ended before it.');
  }

  #hasEnded = false;

  #stopReason(): StopReason | null {
    if (this.#hasEnded) return null;
    // Only StopReasons are ever given to this controller.
    return this.#work.signal.aborted ? (this.#work.signal.reason as StopReason) : null;
  }

  #answerGate(control: Extract<RunControl, { action: 'answerGate' }>): void {
    const { gateId, approved, note, forRun = false } = control;
    if (this.#ctx.commands.answer(gateId, { approved, forRun, by: 'user' })) return;
    this.#steering.waitAtGate(null);
    this.#calls.gates.answer(gateId, { approved, note, by: 'user' });
  }

  #checkGates(): void {
    this.#steering.waitAtGate(this.#open.onlyGates ? this.#calls.gates.waiting : null);
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
    this.#record({ type: 'log', level, message: cutText(message, MAX_LOG_CHARS) });
  }

  #countDroppedLogs(): void {
    const dropped = this.#logLines - MAX_LOG_LINES;
    if (dropped <= 0) return;
    const message = `${plural(dropped, 'more log line')} ${dropped === 1 ? 'is' : 'are'} not kept.`;
    this.#record({ type: 'log', level: 'warning', message, dropped });
  }

  #record(fact: RunFact): void {
    this.#tasks.track(this.#recorder.record(fact));
  }
}

/** Numbers that go on where earlier sessions stopped. */
function counterFrom(last = 0): () => number {
  let number = last;
  return () => (number += 1);
}

function createSpend(
  provider: string,
  prices: PriceTable | undefined,
  earlier?: EarlierSessions,
): Spend {
  const spend = new Spend(provider, prices);
  if (earlier !== undefined) spend.restore(earlier.log.usage, earlier.log.usd);
  return spend;
}
