/** One attempt of an agent: a model with its tools on an overlay, within its time. */
import { agentSystemPrompt } from '../../agent/agentPrompt.ts';
import type { AgentCall } from '../../agent/agentCall.ts';
import type { AgentType } from '../../agent/agentTypes.ts';
import { OverlayFiles } from '../../agent/overlayFiles.ts';
import { runAgent, type AgentAnswer, type TurnProgress } from '../../agent/runAgent.ts';
import { toolsFor } from '../../agent/tools/agentTools.ts';
import type { Overlay } from '../../changes/tree/overlay.ts';
import type { TranscriptWriter } from '../../ports/runStore.ts';
import type { AgentContext } from './agentContext.ts';
import type { AgentPermit } from './agentPermit.ts';
import type { AgentRequests } from './agentRequests.ts';
import { AttemptCommands } from './attemptCommands.ts';
import { AttemptWatch } from './attemptWatch.ts';
import { readInstructions } from './readInstructions.ts';

/** A call that has become an agent. */
export interface AgentJob {
  readonly agentId: number;
  readonly call: AgentCall;
  readonly model: string;
  readonly agentType: AgentType;
}

export interface AgentAttemptOptions {
  readonly ctx: AgentContext;
  readonly job: AgentJob;
  readonly requests: AgentRequests;
  readonly permit: AgentPermit;
  readonly transcript: TranscriptWriter;
  readonly overlay: Overlay;
  /** Of the run's tree when the attempt began, which is what the overlay lies on. */
  readonly treeVersion: number;
  /** Ends this attempt alone. */
  readonly attempt: AbortController;
  /** Ends the attempt and its agent. */
  readonly stopped: readonly AbortSignal[];
  readonly onProgress: (progress: TurnProgress) => void;
}

/** Resolves with what the agent answered; its edits are in the overlay. */
export async function runAttempt(options: AgentAttemptOptions): Promise<AgentAnswer> {
  const { ctx, job, requests, transcript, overlay, attempt, stopped } = options;
  const { call, model, agentType } = job;
  const { compute } = ctx.services;
  const watch = createWatch(options);
  const signal = AbortSignal.any([...stopped, attempt.signal]);
  const system = await systemPrompt(options);
  const commands = createCommands(options, { signal, watch });
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
      send: (request) => requests.send(request, { signal, watch }),
      onProgress: (progress) => {
        watch.sign();
        options.onProgress(progress);
      },
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

async function systemPrompt({ ctx, job }: AgentAttemptOptions): Promise<string> {
  const { snapshot, snapshots } = ctx.services;
  return agentSystemPrompt({
    agentType: job.agentType,
    projectInstructions: await readInstructions(snapshot, snapshots),
    isStructured: job.call.schema !== null,
  });
}

function createWatch({ ctx, job, attempt }: AgentAttemptOptions): AttemptWatch {
  const { timeoutMs, stallMs } = job.call;
  const { perAgent } = ctx.limits.limits;
  return new AttemptWatch({
    clock: ctx.activeClock,
    timeoutMs: Math.min(timeoutMs, (perAgent?.maxMinutes ?? Infinity) * 60_000),
    stallMs,
    abort: (reason) => attempt.abort(reason),
  });
}

function createCommands(
  { ctx, job, permit, overlay, treeVersion }: AgentAttemptOptions,
  { signal, watch }: { readonly signal: AbortSignal; readonly watch: AttemptWatch },
): AttemptCommands {
  return new AttemptCommands({
    ctx,
    agentId: job.agentId,
    overlay,
    signal,
    baseChanges: () => ctx.tree.changesAt(treeVersion),
    keepsDirectory: job.call.isolation === 'worktree',
    whileAsking: async (ask) => {
      watch.standStill();
      // Meanwhile another agent may have its place.
      permit.release();
      try {
        return await ask();
      } finally {
        await permit.acquireAgain(signal);
        watch.goOn();
      }
    },
    // A tool that runs is a sign of life for as long as it does.
    whileBusy: async (work) => {
      watch.wait();
      try {
        return await work();
      } finally {
        watch.sign();
      }
    },
  });
}
