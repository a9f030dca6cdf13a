/** One agent from its permit to its end: attempts on fresh overlays, and the merge of what came out. */
import type { Json } from '../../base/json.ts';
import { addTokens, noTokens, type TokenUsage } from '../../protocol/runLimits.ts';
import type { AgentCall } from '../agent/agentCall.ts';
import { agentSystemPrompt } from '../agent/agentPrompt.ts';
import { toolsFor } from '../agent/agentTools.ts';
import type { AgentType } from '../agent/agentTypes.ts';
import { OverlayFiles } from '../agent/overlayFiles.ts';
import { AgentFailure, runAgent, type AgentAnswer, type AgentProgress } from '../agent/runAgent.ts';
import { collectAgentChanges, storeAgentChanges } from '../changes/agentChanges.ts';
import { groupTitleOf } from '../changes/groupTitleOf.ts';
import type { Overlay } from '../changes/overlay.ts';
import { PROGRESS_INTERVAL_MS } from '../limits.ts';
import type { ModelAnswer, ModelRequest } from '../ports/modelClient.ts';
import type { TranscriptWriter } from '../ports/runStore.ts';
import { endFor, type AgentEnd } from './agentEnds.ts';
import { readInstructions } from './readInstructions.ts';
import type { RunContext } from './runContext.ts';
import { StopReason } from './runErrors.ts';

export interface AgentJob {
  readonly agentId: number;
  readonly call: AgentCall;
  readonly model: string;
  readonly agentType: AgentType;
}

export class AgentTask {
  readonly #ctx: RunContext;
  readonly #job: AgentJob;
  #usage: TokenUsage = noTokens;
  #turns = 0;
  #lastProgressMs = -Infinity;

  constructor(ctx: RunContext, job: AgentJob) {
    this.#ctx = ctx;
    this.#job = job;
  }

  /** Hands the end to `finish`, whatever it is, and keeps its permit until that is done. Only a fault of ours rejects. */
  async run(finish: (end: AgentEnd) => Promise<void>): Promise<void> {
    let release: () => void = () => undefined;
    try {
      await finish(await this.#endOnce((taken) => (release = taken)));
    } finally {
      release();
    }
  }

  async #endOnce(onPermit: (release: () => void) => void): Promise<AgentEnd> {
    try {
      onPermit(await this.#ctx.permits.acquireAgent(this.#ctx.signal));
      return await this.#runAttempts();
    } catch (error) {
      return this.#end({ ...endFor(error), value: null });
    }
  }

  async #runAttempts(): Promise<AgentEnd> {
    const transcript = this.#ctx.services.store.openTranscript(this.#job.agentId);
    try {
      for (let attempt = 1; ; attempt += 1) {
        const end = await this.#tryOnce(attempt, transcript);
        if (end !== null) return end;
      }
    } finally {
      await transcript.close();
    }
  }

  /** Null when another attempt is due. */
  async #tryOnce(attempt: number, transcript: TranscriptWriter): Promise<AgentEnd | null> {
    const { tree, recorder } = this.#ctx;
    const { agentId, call } = this.#job;
    const overlay = tree.startOverlay();
    const baseTree = tree.treeHash();
    await recorder.record({ type: 'agent.started', agentId, attempt, baseTree });
    try {
      const answer = await this.#attempt(overlay, transcript);
      this.#turns = answer.turns;
      return await this.#merge(overlay, answer.value);
    } catch (error) {
      const { outcome, error: info } = endFor(error);
      transcript.write({ kind: 'attemptEnded', attempt, outcome, error: info });
      if (error instanceof AgentFailure && isWorthRetrying(error) && attempt <= call.retries) {
        return null;
      }
      return this.#end({ outcome, error: info, value: null });
    }
  }

  async #attempt(overlay: Overlay, transcript: TranscriptWriter): Promise<AgentAnswer> {
    const { agentType, call, model } = this.#job;
    const { snapshot, compute } = this.#ctx.services;
    const timeout = this.#startTimeout(call.timeoutMs);
    const signal = AbortSignal.any([this.#ctx.signal, timeout.signal]);
    const system = agentSystemPrompt({
      agentType,
      projectInstructions: await readInstructions(snapshot, this.#ctx.services.snapshots),
      isStructured: call.schema !== null,
    });
    try {
      return await runAgent({
        ...{ call, model, system, compute, transcript, signal },
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
      timeout.dispose();
    }
  }

  #startTimeout(timeoutMs: number): { readonly signal: AbortSignal; dispose(): void } {
    const controller = new AbortController();
    const message = `The agent was not finished after ${Math.round(timeoutMs / 1000)} s.`;
    const timer = this.#ctx.activeClock.after(timeoutMs, () => {
      controller.abort(new StopReason('agent_timeout', message));
    });
    return { signal: controller.signal, dispose: () => timer.dispose() };
  }

  async #send(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    const { governor } = this.#ctx.services;
    const answer = await governor.send(request, {
      signal,
      acquirePermit: () => this.#ctx.permits.acquireRequest(signal),
      onRetry: (error) => this.#showActivity(`waiting: ${error.message}`),
    });
    this.#usage = addTokens(this.#usage, answer.usage);
    this.#ctx.spend.add(answer.usage, request.model);
    const limit = this.#ctx.spend.reachedLimit();
    if (limit !== null) this.#ctx.suspend(limit);
    return answer;
  }

  async #merge(overlay: Overlay, value: Json): Promise<AgentEnd> {
    const { tree, services } = this.#ctx;
    const { agentId, call } = this.#job;
    const changes = await collectAgentChanges(overlay);
    const stored = await storeAgentChanges(changes, services.store.blobs);
    const groupTitle = groupTitleOf(call);
    const report = await tree.mergeChanges({ agentId, groupTitle, changes });
    const end = this.#end({ outcome: 'ok', error: null, value });
    return {
      ...end,
      reads: overlay.readHashes(),
      changes: stored.changes,
      treeChanges: report.changedPaths,
      conflictPaths: report.conflicts.map((conflict) => conflict.path),
    };
  }

  #end(end: Pick<AgentEnd, 'outcome' | 'error' | 'value'>): AgentEnd {
    return {
      ...end,
      turns: this.#turns,
      usage: this.#usage,
      usd: this.#ctx.spend.cost(this.#usage, this.#job.model),
      reads: new Map(),
      changes: [],
      treeChanges: [],
      conflictPaths: [],
    };
  }

  #progress(progress: AgentProgress): void {
    this.#turns = progress.turn;
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
  return error.code !== 'model_refused' && error.code !== 'model_output_cut';
}
