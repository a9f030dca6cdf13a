/** One agent from its permit to its end: attempts on fresh overlays, and the merge of what came out. */
import type { Json } from '../../../base/json.ts';
import type { ErrorCode } from '../../../protocol/errorCodes.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import { AgentFailure, type AgentAnswer, type TurnProgress } from '../../agent/runAgent.ts';
import { agentPatch } from '../../changes/patch/agentPatch.ts';
import { collectAgentChanges, storeAgentChanges } from '../../changes/tree/agentChanges.ts';
import type { Overlay } from '../../changes/tree/overlay.ts';
import { PROGRESS_INTERVAL_MS } from '../../limits.ts';
import type { TranscriptWriter } from '../../ports/runStore.ts';
import { endFor, type AgentEnd } from '../outcomes/agentEnds.ts';
import { StopReason } from '../runErrors.ts';
import { runAttempt, type AgentJob } from './agentAttempt.ts';
import type { AgentContext } from './agentContext.ts';
import { AgentPermit } from './agentPermit.ts';
import { AgentRequests } from './agentRequests.ts';
import type { Ending } from './mergeOutcome.ts';

/**
 * Merges what an agent left and journals its end, both in one step; with `ifAllFit` it does neither when
 * something does not fit. Resolves with the paths that did not fit.
 */
export type FinishAgent = (end: AgentEnd, rule: Ending['rule']) => Promise<readonly string[]>;

export class AgentTask {
  readonly #ctx: AgentContext;
  readonly #job: AgentJob;
  readonly #permit: AgentPermit;
  readonly #requests: AgentRequests;
  readonly #skip = new AbortController();
  #attempt = new AbortController();
  #turns = 0;
  #lastProgressMs = -Infinity;

  constructor(ctx: AgentContext, job: AgentJob) {
    this.#ctx = ctx;
    this.#job = job;
    this.#permit = new AgentPermit(ctx.permits);
    this.#requests = new AgentRequests({
      ctx,
      agentId: job.agentId,
      call: job.call,
      showActivity: (activity) => this.#showActivity(activity),
    });
  }

  /** Hands the end to `finish`, whatever it is, and keeps its permit until that is done. Only a fault of ours rejects. */
  async run(finish: FinishAgent): Promise<void> {
    try {
      await this.#runToEnd(finish);
    } finally {
      this.#ctx.busy.leave(this.#job.agentId);
      this.#permit.release();
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
      await this.#permit.acquire(signal);
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
    const treeVersion = tree.version;
    const overlay = tree.startOverlay();
    const baseTree = tree.treeHash();
    await recorder.record({ type: 'agent.started', agentId, attempt, baseTree });
    try {
      const answer = await this.#runAttempt({ overlay, treeVersion, transcript });
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

  #runAttempt(on: {
    readonly overlay: Overlay;
    readonly treeVersion: number;
    readonly transcript: TranscriptWriter;
  }): Promise<AgentAnswer> {
    this.#attempt = new AbortController();
    return runAttempt({
      ctx: this.#ctx,
      job: this.#job,
      requests: this.#requests,
      permit: this.#permit,
      attempt: this.#attempt,
      stopped: [this.#ctx.signal, this.#skip.signal],
      onProgress: (progress) => this.#progress(progress),
      ...on,
    });
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
      usage: this.#requests.usage,
      usd: this.#requests.usd,
      reads: new Map(),
      changes: [],
      edits: [],
      treeChanges: [],
      conflictPaths: [],
    };
  }

  #progress(progress: TurnProgress): void {
    this.#turns = progress.turn;
    this.#showActivity(progress.activity);
  }

  #showActivity(activity: string): void {
    const nowMs = this.#ctx.services.clock.monotonicMs();
    if (nowMs - this.#lastProgressMs < PROGRESS_INTERVAL_MS) return;
    this.#lastProgressMs = nowMs;
    const { agentId } = this.#job;
    const [turn, usage] = [this.#turns, this.#requests.usage];
    this.#ctx.recorder.progress({ type: 'agent.progress', agentId, turn, activity, usage });
  }
}

// Another attempt can give another answer where the model went astray, not where it was cut or refused.
function isWorthRetrying(error: AgentFailure): boolean {
  return !WAS_DECIDED.has(error.code);
}

const WAS_DECIDED: ReadonlySet<ErrorCode> = new Set([
  'model_refused',
  'model_output_cut',
  'agent_limit',
]);

/** Ends an attempt because the user asked for another. */
class AttemptRestart extends Error {
  override readonly name = 'AttemptRestart';
}
