/**
 * One run from its first event to its last. The engine owns the run's state; the script, the agents and the
 * user only ask it for things. Everything that happens goes through the recorder.
 */
import { errorText } from '../../base/errorText.ts';
import type { RunControl } from '../../protocol/host/hostRpc.ts';
import type { RunEvent, RunEventOf, RunFact } from '../../protocol/events/runEvents.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import type { ScriptOutcome } from '../../protocol/threads/scriptMessages.ts';
import { loadAgentTypes } from '../agent/agentDefinitions.ts';
import { createAgentTypes, type AgentTypes } from '../agent/agentTypes.ts';
import { RunTree } from '../changes/tree/runTree.ts';
import { SnapshotView } from '../changes/tree/snapshotView.ts';
import type { AnswerContext } from './answers/answerContext.ts';
import { Deliveries } from './answers/deliveries.ts';
import { CallRouter, MAIN_FILE_NAME, type CallContext } from './calls/callRouter.ts';
import { createCommandContext } from './commands/createCommandContext.ts';
import { concludeRun } from './concludeRun.ts';
import { controlRun } from './controlRun.ts';
import { counterFrom } from './counterFrom.ts';
import { endAgain } from './endAgain.ts';
import { createSpending } from './limits/createSpending.ts';
import type { SpendingContext } from './limits/spendingContext.ts';
import { isSameAsBefore, type ReplayLog } from './replay/replayLog.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import type { RunContext } from './runContext.ts';
import { StopReason } from './runErrors.ts';
import { RunLog } from './runLog.ts';
import { RunRecorder } from './runRecorder.ts';
import { RunSteering } from './runSteering.ts';
import { ScriptMessages } from './scriptMessages.ts';
import { resumedFact, startedFact } from './startedFact.ts';
import { TaskTracker } from './taskTracker.ts';

/** What earlier sessions of a run left. */
export interface EarlierSessions {
  readonly log: ReplayLog;
  readonly view: RunView;
  /** The script is given another budget than before, so that it may take another way. */
  readonly hasOtherBudget?: boolean | undefined;
}

type EndedEvent = Extract<RunEvent, { type: 'run.ended' }>;

export class RunEngine {
  readonly #recorder: RunRecorder;
  /** Ends the script and everything that it started. */
  readonly #stop = new AbortController();
  /** Ends agents, verifications and gates; a run that stops at a limit lets its script return what it has. */
  readonly #work = new AbortController();
  /** Without it, a script would wait for ever for an answer that could not be journaled. */
  readonly #tasks = new TaskTracker((error) =>
    this.#steering.abort(new StopReason('internal', errorText(error))),
  );
  readonly #ctx: CallContext;
  readonly #calls: CallRouter;
  readonly #steering: RunSteering;
  readonly #script: ScriptMessages;
  readonly #log = new RunLog({
    record: (fact) => this.#record(fact),
    isReplaying: () => this.#calls.isReplaying,
  });
  readonly #hasOtherBudget: boolean;
  #agentTypes: AgentTypes = createAgentTypes([], []);
  #hasScriptEnded = false;

  constructor(
    config: RunConfig,
    services: RunServices,
    onEvent: (event: RunEvent, view: RunView) => void,
    /** What earlier sessions of this run left, when it goes on. */
    earlier?: EarlierSessions,
  ) {
    const { store, clock } = services;
    this.#hasOtherBudget = earlier?.hasOtherBudget === true;
    this.#recorder = new RunRecorder({
      runId: config.runId,
      journal: store.journal,
      clock,
      onEvent,
      view: earlier?.view ?? null,
    });
    const replay = earlier?.log ?? null;
    const nextQuestionId = counterFrom(replay?.lastQuestionId);
    const run = this.#createContext(config, services);
    const spending = this.#createSpending(run, earlier);
    this.#ctx = {
      ...run,
      ...spending,
      ...createCommandContext(run, { nextQuestionId, replay }),
      ...this.#createAnswers(replay),
    };
    this.#steering = this.#createSteering(this.#ctx);
    this.#calls = new CallRouter({
      ctx: this.#ctx,
      agentTypes: () => this.#agentTypes,
      nextQuestionId,
      onDivergence: (problem) => this.#steering.abort(new StopReason('journal_diverged', problem)),
      onGate: () => this.#script.checkGates(),
    });
    this.#script = new ScriptMessages({
      ctx: run,
      calls: this.#calls,
      steering: this.#steering,
      log: this.#log,
    });
  }

  get view(): RunView {
    return this.#recorder.view;
  }

  /** Nothing can be controlled any more. */
  get hasEnded(): boolean {
    return this.#recorder.hasEnded;
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
    const { replay, config, services } = this.#ctx;
    const first = replay === null ? startedFact : resumedFact;
    await this.#recorder.record(first(config, services));
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
    const { commands } = this.#ctx;
    controlRun({ steering: this.#steering, calls: this.#calls, commands }, control);
  }

  /** A warning of the host in the run's log; nothing while earlier outcomes are delivered again. */
  warn(message: string): void {
    this.#log.add('warning', message);
  }

  #createContext(config: RunConfig, services: RunServices): RunContext {
    const { snapshot, snapshots } = services;
    const view = new SnapshotView(snapshot, snapshots);
    return {
      config,
      services,
      recorder: this.#recorder,
      tree: new RunTree({ snapshot: view, snapshotTree: snapshot.tree }),
      signal: this.#work.signal,
      track: (task) => this.#tasks.track(task),
      warn: (message) => this.#log.add('warning', message),
    };
  }

  #createSpending({ config, services }: RunContext, earlier?: EarlierSessions): SpendingContext {
    return createSpending({
      limits: config.limits,
      provider: services.governor.client.provider,
      prices: config.prices,
      clock: services.clock,
      earlier: earlier && {
        usage: earlier.log.usage,
        usd: earlier.log.usd,
        agents: earlier.view.agents,
      },
      suspend: (request) => this.#steering.hold(request),
    });
  }

  #createAnswers(replay: ReplayLog | null): AnswerContext {
    return { deliveries: new Deliveries(), replay, stopError: () => this.#steering.stopError };
  }

  #createSteering(ctx: RunContext & SpendingContext & AnswerContext): RunSteering {
    return new RunSteering({
      ctx,
      stop: this.#stop,
      work: this.#work,
      record: (fact) => this.#record(fact),
      calls: () => this.#calls,
    });
  }

  /** The end that an unchanged script would reach again: every outcome that it saw is in the journal. */
  #finishedBefore(): RunEventOf<'run.ended'> | null {
    const { replay, config, services } = this.#ctx;
    if (replay === null || this.#hasOtherBudget) return null;
    const { provider } = services.governor.client;
    return isSameAsBefore(replay, { ...config, provider }) ? replay.finished : null;
  }

  async #readAgentTypes(): Promise<void> {
    const { snapshot, snapshots } = this.#ctx.services;
    this.#agentTypes = await loadAgentTypes(snapshot, snapshots);
    // In a run that goes on these lines are in the journal already.
    if (this.#ctx.replay !== null) return;
    for (const warning of this.#agentTypes.warnings) this.#log.add('warning', warning);
  }

  async #runScript(): Promise<ScriptOutcome> {
    const { config, services } = this.#ctx;
    const { signal } = this.#stop;
    try {
      return await services.scripts.run({
        script: config.script,
        argsJson: config.argsJson,
        host: this.#script,
        signal,
        fileName: MAIN_FILE_NAME,
        reportsWaiting: true,
        budget: { outputTokens: config.budgetTokens, usd: null },
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
      this.#hasScriptEnded = true;
      this.#work.abort(new StopReason('cancelled', 'The script ended without waiting for it.'));
    }
    this.#calls.gates.dispose();
    this.#ctx.commands.dispose();
    this.#log.countDropped();
    await this.#tasks.settled();
    await this.#calls.workflows.noteRunEnd('The run ended before it.');
  }

  /** Why the run was stopped from outside, or null when the script came to its own end. */
  #stopReason(): StopReason | null {
    if (this.#hasScriptEnded) return null;
    // Only StopReasons are ever given to this controller.
    return this.#work.signal.aborted ? (this.#work.signal.reason as StopReason) : null;
  }

  #record(fact: RunFact): void {
    this.#tasks.track(this.#recorder.record(fact));
  }
}
