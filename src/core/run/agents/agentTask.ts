/** One agent from its permit to its end: attempts on fresh overlays, and the merge of what came out. */
import type { Json } from '../../../base/json.ts';
import { formatCount, formatUsd } from '../../../base/format.ts';
import type { ErrorCode } from '../../../protocol/errorCodes.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import { addTokens, noTokens, totalTokens, type TokenUsage } from '../../../protocol/runLimits.ts';
import type { AgentCall } from '../../agent/agentCall.ts';
import { agentSystemPrompt } from '../../agent/agentPrompt.ts';
import { toolsFor } from '../../agent/tools/agentTools.ts';
import type { AgentType } from '../../agent/agentTypes.ts';
import { OverlayFiles } from '../../agent/overlayFiles.ts';
import {
  AgentFailure,
  runAgent,
  type AgentAnswer,
  type AgentProgress,
} from '../../agent/runAgent.ts';
import { agentPatch } from '../../changes/patch/agentPatch.ts';
import { collectAgentChanges, storeAgentChanges } from '../../changes/tree/agentChanges.ts';
import type { Overlay } from '../../changes/tree/overlay.ts';
import { PROGRESS_INTERVAL_MS } from '../../limits.ts';
import { ModelError, type ModelAnswer, type ModelRequest } from '../../ports/modelClient.ts';
import type { TranscriptWriter } from '../../ports/runStore.ts';
import { endFor, type AgentEnd } from '../outcomes/agentEnds.ts';
import { AgentLiveness } from './agentLiveness.ts';
import { AttemptDeadline } from './attemptDeadline.ts';
import { readInstructions } from './readInstructions.ts';
import { AttemptCommands } from './attemptCommands.ts';
import type { RunContext } from '../runContext.ts';
import { StopReason } from '../runErrors.ts';

export interface AgentJob {
  readonly agentId: number;
  readonly call: AgentCall;
  readonly model: string;
  readonly agentType: AgentType;
}

/**
 * Merges what an agent left and journals its end, both in one step; with `ifAllFit` it does neither when
 * something does not fit. Resolves with the paths that did not fit.
 */
export type FinishAgent = (
  end: AgentEnd,
  rule: 'ifAllFit' | 'keepAside',
) => Promise<readonly string[]>;

export class AgentTask {
  readonly #ctx: RunContext;
  readonly #job: AgentJob;
  readonly #skip = new AbortController();
  #attempt = new AbortController();
  #liveness: AgentLiveness | null = null;
  #deadline: AttemptDeadline | null = null;
  #releasePermit: () => void = () => undefined;
  #fallbackModel: string | null = null;
  #usage: TokenUsage = noTokens;
  #usd: number | null = 0;
  #turns = 0;
  #lastProgressMs = -Infinity;

  constructor(ctx: RunContext, job: AgentJob) {
    this.#ctx = ctx;
    this.#job = job;
  }

  /** Hands the end to `finish`, whatever it is, and keeps its permit until that is done. Only a fault of ours rejects. */
  async run(finish: FinishAgent): Promise<void> {
    try {
      await this.#runToEnd(finish);
    } finally {
      this.#ctx.busy.leave(this.#job.agentId);
      this.#releasePermit();
    }
  }

  /** The user wants no answer of this agent: it ends as skipped. */
  skip(): void {
    this.#skip.abort(new StopReason('skipped', 'The user skipped this agent.'));
  }

  /** The user wants another attempt instead of the present one; it is not counted as a failure. */
  restart(): void {
    this.#attempt.abort(new AttemptRestart());
  }

  async #runToEnd(finish: FinishAgent): Promise<void> {
    try {
      const signal = AbortSignal.any([this.#ctx.signal, this.#skip.signal]);
      this.#releasePermit = await this.#ctx.permits.acquireAgent(signal);
    } catch (error) {
      await finish(this.#end({ ...endFor(error), value: null }), 'keepAside');
      return;
    }
    await this.#runAttempts(finish);
  }

  async #runAttempts(finish: FinishAgent): Promise<void> {
    const transcript = this.#ctx.services.store.openTranscript(this.#job.agentId);
    try {
      let failures = 0;
      let aside: AgentEnd | null = null;
      for (let attempt = 1; ; attempt += 1) {
        const end = await this.#tryOnce({ attempt, failures }, transcript);
        if (end === 'failed') failures += 1;
        if (typeof end !== 'object') continue;
        // What it did before must not be lost because it could not do it again.
        const { turns, usage, usd } = end;
        const last = end.outcome === 'failed' && aside ? { ...aside, turns, usage, usd } : end;
        const marked = { ...last, files: await this.#markFiles(last, transcript) };
        const rule = aside === null && last.outcome === 'ok' ? 'ifAllFit' : 'keepAside';
        const conflictPaths = await finish(marked, rule);
        if (rule === 'keepAside' || conflictPaths.length === 0) return;
        aside = end;
        transcript.write({ kind: 'attemptEnded', attempt, outcome: 'conflict', conflictPaths });
      }
    } finally {
      // The run's end waits for the disk; the agent's merge and the next agent need not.
      this.#ctx.track(transcript.close());
    }
  }

  /** Written before the entry that names them by hash. */
  async #markFiles(end: AgentEnd, transcript: TranscriptWriter): Promise<readonly FileMark[]> {
    const { store } = this.#ctx.services;
    const patch = agentPatch(end.edits, (text) => store.scrubText(text));
    const marks = [await transcript.mark(), await store.writePatch(this.#job.agentId, patch)];
    return marks.filter((mark) => mark !== null);
  }

  /** Why another attempt is due, when one is. */
  async #tryOnce(
    { attempt, failures }: { readonly attempt: number; readonly failures: number },
    transcript: TranscriptWriter,
  ): Promise<AgentEnd | 'failed' | 'restarted'> {
    const { tree, recorder } = this.#ctx;
    const { agentId, call } = this.#job;
    const { version } = tree;
    const overlay = tree.startOverlay();
    const baseTree = tree.treeHash();
    await recorder.record({ type: 'agent.started', agentId, attempt, baseTree });
    try {
      const answer = await this.#runAttempt({ overlay, version }, transcript);
      this.#turns = answer.turns;
      return await this.#endWith(overlay, answer.value);
    } catch (error) {
      if (error instanceof AttemptRestart) return 'restarted';
      const { outcome, error: info } = endFor(error);
      transcript.write({ kind: 'attemptEnded', attempt, outcome, error: info });
      if (error instanceof AgentFailure && isWorthRetrying(error) && failures < call.retries) {
        return 'failed';
      }
      return this.#end({ outcome, error: info, value: null });
    }
  }

  async #runAttempt(
    { overlay, version }: { readonly overlay: Overlay; readonly version: number },
    transcript: TranscriptWriter,
  ): Promise<AgentAnswer> {
    const { agentType, call, model } = this.#job;
    const { snapshot, compute } = this.#ctx.services;
    this.#attempt = new AbortController();
    const watch = this.#watch(this.#attempt);
    const signal = AbortSignal.any([this.#ctx.signal, this.#skip.signal, this.#attempt.signal]);
    const system = agentSystemPrompt({
      agentType,
      projectInstructions: await readInstructions(snapshot, this.#ctx.services.snapshots),
      isStructured: call.schema !== null,
    });
    const commands = this.#commandsFor({ overlay, version }, signal);
    try {
      return await runAgent({
        call,
        model,
        system,
        compute,
        commands,
        transcript,
        signal,
        tools: toolsFor(call, agentType),
        files: new OverlayFiles(overlay),
        send: (request) => this.#send(request, signal),
        onProgress: (progress) => this.#progress(progress),
      });
    } catch (error) {
      // A stop shows as whatever the SDK or a tool makes of it; the reason is what counts.
      signal.throwIfAborted();
      throw error;
    } finally {
      watch.dispose();
      commands.dispose();
    }
  }

  #commandsFor(
    { overlay, version }: { readonly overlay: Overlay; readonly version: number },
    signal: AbortSignal,
  ): AttemptCommands {
    const { agentId, call } = this.#job;
    return new AttemptCommands({
      ctx: this.#ctx,
      agentId,
      overlay,
      signal,
      baseChanges: () => this.#ctx.tree.changesAt(version),
      keepsDirectory: call.isolation === 'worktree',
      whileAsking: (ask) => this.#whileAsking(ask, signal),
      whileBusy: (work) => this.#whileBusy(work),
    });
  }

  /** A person may take long: meanwhile the agent's time stands still, and another agent may have its place. */
  async #whileAsking<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#liveness?.wait();
    this.#deadline?.stop();
    this.#releasePermit();
    try {
      return await ask();
    } finally {
      this.#releasePermit = await this.#ctx.permits.acquireAgentAgain(signal);
      this.#deadline?.goOn();
      this.#liveness?.sign();
    }
  }

  /** A tool that runs is a sign of life for as long as it does. */
  async #whileBusy<T>(work: () => Promise<T>): Promise<T> {
    this.#liveness?.wait();
    try {
      return await work();
    } finally {
      this.#liveness?.sign();
    }
  }

  /** Ends an attempt that takes too long, or that gives no sign of life. */
  #watch(attempt: AbortController): { dispose(): void } {
    const { activeClock, limits } = this.#ctx;
    const { timeoutMs, stallMs } = this.#job.call;
    const mostMs = Math.min(timeoutMs, (limits.limits.perAgent?.maxMinutes ?? Infinity) * 60_000);
    const deadline = new AttemptDeadline(activeClock, mostMs, () => {
      const message = `The agent was not finished after ${Math.round(mostMs / 1000)} s.`;
      attempt.abort(new StopReason('agent_timeout', message));
    });
    const liveness = new AgentLiveness(activeClock, stallMs, () => {
      const message = `The agent gave no sign of life for ${Math.round(stallMs / 1000)} s.`;
      attempt.abort(new AgentFailure('agent_stalled', message));
    });
    this.#liveness = liveness;
    this.#deadline = deadline;
    return {
      dispose: () => {
        deadline.dispose();
        liveness.dispose();
      },
    };
  }

  /** One turn. At a limit it waits for the user's decision, and goes out when the run goes on. */
  async #send(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    this.#ctx.busy.leave(this.#job.agentId);
    this.#checkOwnLimits();
    for (;;) {
      const model = this.#fallbackModel ?? request.model;
      this.#checkPrice(model);
      try {
        const answer = await this.#sendOnce({ ...request, model }, signal);
        this.#count(answer, model);
        return answer;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        if (this.#fallBack(error, model)) continue;
        if (error.code !== 'model_usage_limit') throw error;
        const hold = { reason: 'usage', limit: 'usage', value: 0 } as const;
        this.#ctx.busy.leave(this.#job.agentId);
        this.#ctx.suspend({ ...hold, message: error.message });
      }
    }
  }

  /** A model that the provider does not know gives way to the run's own, with a warning. */
  #fallBack(error: ModelError, model: string): boolean {
    const { config, warn, services } = this.#ctx;
    if (error.code !== 'model_unknown' || model === config.model) return false;
    const { provider } = services.governor.client;
    this.#fallbackModel = config.model;
    warn(`The provider ${provider} has no model "${model}"; ${config.model} is used instead.`);
    return true;
  }

  #sendOnce(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    const { permits, services } = this.#ctx;
    return services.governor.send(request, {
      signal,
      acquirePermit: () => {
        this.#liveness?.wait();
        return permits.acquireRequest(signal);
      },
      onSend: () => {
        this.#ctx.busy.enter(this.#job.agentId);
        this.#liveness?.sign();
      },
      onActivity: () => this.#liveness?.sign(),
      onRetry: (error) => {
        this.#ctx.busy.leave(this.#job.agentId);
        this.#liveness?.wait();
        this.#showActivity(`waiting: ${error.message}`);
      },
    });
  }

  #count(answer: ModelAnswer, model: string): void {
    const { spend, limits, suspend } = this.#ctx;
    const { phase } = this.#job.call;
    this.#usage = addTokens(this.#usage, answer.usage);
    const usd = spend.add(answer.usage, model);
    this.#usd = this.#usd === null || usd === null ? null : this.#usd + usd;
    limits.noteUsage(phase, answer.usage, usd);
    const reached = limits.requestLimit(phase);
    if (reached !== null) suspend({ reason: 'limit', ...reached });
  }

  #checkPrice(model: string): void {
    const problem = this.#ctx.limits.priceProblem(model);
    if (problem !== null) this.#ctx.suspend({ reason: 'limit', ...problem });
  }

  /** Before a further request; an answer that was paid for is never thrown away. */
  #checkOwnLimits(): void {
    const { call } = this.#job;
    const { perAgent } = this.#ctx.limits.limits;
    const maxTokens = Math.min(call.maxTokens ?? Infinity, perAgent?.maxTokens ?? Infinity);
    const maxUsd = Math.min(call.maxUsd ?? Infinity, perAgent?.maxUsd ?? Infinity);
    if (totalTokens(this.#usage) >= maxTokens) {
      const message = `The agent used all of its ${formatCount(maxTokens)} tokens.`;
      throw new AgentFailure('agent_limit', message);
    }
    if (this.#usd !== null && this.#usd > 0 && this.#usd >= maxUsd) {
      throw new AgentFailure('agent_limit', `The agent used all of its ${formatUsd(maxUsd)}.`);
    }
  }

  async #endWith(overlay: Overlay, value: Json): Promise<AgentEnd> {
    const edits = await collectAgentChanges(overlay);
    const stored = await storeAgentChanges(edits, this.#ctx.services.store.blobs);
    const end = this.#end({ outcome: 'ok', error: null, value });
    return { ...end, reads: overlay.readHashes(), changes: stored.changes, edits };
  }

  #end(end: Pick<AgentEnd, 'outcome' | 'error' | 'value'>): AgentEnd {
    return {
      ...end,
      turns: this.#turns,
      usage: this.#usage,
      usd: this.#usd,
      reads: new Map(),
      changes: [],
      edits: [],
      treeChanges: [],
      conflictPaths: [],
    };
  }

  #progress(progress: AgentProgress): void {
    this.#turns = progress.turn;
    this.#liveness?.sign();
    this.#showActivity(progress.activity);
  }

  #showActivity(activity: string): void {
    const nowMs = this.#ctx.services.clock.monotonicMs();
    if (nowMs - this.#lastProgressMs < PROGRESS_INTERVAL_MS) return;
    this.#lastProgressMs = nowMs;
    const { agentId } = this.#job;
    const [turn, usage] = [this.#turns, this.#usage];
    this.#ctx.recorder.progress({ type: 'agent.progress', agentId, turn, activity, usage });
  }
}

// Another attempt can give another answer where the model went astray, not where it was cut or refused.
function isWorthRetrying(error: AgentFailure): boolean {
  return !wasDecided.has(error.code);
}

const wasDecided: ReadonlySet<ErrorCode> = new Set([
  'model_refused',
  'model_output_cut',
  'agent_limit',
]);

/** Ends an attempt because the user asked for another. */
class AttemptRestart extends Error {
  override readonly name = 'AttemptRestart';
}
