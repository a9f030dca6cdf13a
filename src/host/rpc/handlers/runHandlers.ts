import { START_TIMEOUT_MS } from '../../../hostClient/answerLimits.ts';
import { isMissing } from '../../../node/isMissing.ts';
import { verifyAccepted } from '../../review/verifyAccepted.ts';
import { formatTranscript } from '../../runs/formatTranscript.ts';
import type { LiveRun } from '../../runs/liveRun.ts';
import type { RunService } from '../../runs/runService.ts';
import type { HostHandlers, HostState } from '../hostState.ts';
import { steerRun } from '../steerRun.ts';

type RunMethods =
  | 'run.start'
  | 'run.resume'
  | 'run.verifyAccepted'
  | 'run.control'
  | 'run.report'
  | 'run.script'
  | 'agent.transcript';

/** What starts and steers runs and reads what they left. */
export function runHandlers(state: HostState): Pick<HostHandlers, RunMethods> {
  const { runs } = state;
  return {
    'run.start': async (params) => {
      const { provider } = state;
      const rest = {
        allowedCommands: params.allowedCommands ?? [],
        setupCommand: params.setupCommand ?? null,
        requiredCommands: params.requiredCommands ?? [],
        budgetTokens: null,
        onLimit: 'wait' as const,
        onGate: 'wait' as const,
      };
      const signal = AbortSignal.timeout(START_TIMEOUT_MS);
      const live = await runs.start({ ...params, ...rest, provider }, signal);
      return { runId: await begin(state, live) };
    },
    'run.resume': async ({ runId, limits, allowedCommands = [] }) => {
      const kept = {
        script: null,
        approvedCommands: null,
        unsandboxed: null,
        budgetTokens: null,
        setupCommand: null,
        requiredCommands: null,
      };
      const rest = { allowedCommands, onLimit: 'wait' as const, onGate: 'wait' as const };
      const live = await runs.resume(runId, {
        ...kept,
        ...rest,
        limits,
        provider: state.provider,
      });
      return { runId: await begin(state, live) };
    },
    'run.verifyAccepted': async ({ runId, requiredCommands }) => {
      const signal = AbortSignal.timeout(START_TIMEOUT_MS);
      const order = { requiredCommands, unsandboxed: false };
      const live = await verifyAccepted(state, runId, { ...order, onGate: 'wait', signal });
      return { runId: await begin(state, live) };
    },
    'run.control': async ({ runId, control }) => {
      await steerRun(runs, runId, control);
      return {};
    },
    'run.report': async ({ runId }) => ({ markdown: await state.reviews.report(runId) }),
    'run.script': async ({ runId }) => ({ script: await runs.readFile(runId, 'script.js') }),
    'agent.transcript': async ({ runId, agentId }) => ({
      markdown: await readTranscript(runs, runId, agentId),
    }),
  };
}

/** Waits for the first event on disk: before it there is nothing to subscribe to and nothing to steer. */
async function begin({ services }: HostState, live: LiveRun): Promise<string> {
  live.ended.catch((error: unknown) => {
    services.log.error('run', String(error), { runId: live.runId });
  });
  await live.begun;
  return live.runId;
}

async function readTranscript(runs: RunService, runId: string, agentId: number): Promise<string> {
  const name = `agents/${String(agentId).padStart(4, '0')}/transcript.jsonl`;
  try {
    return formatTranscript(await runs.readFile(runId, name));
  } catch (error) {
    if (isMissing(error)) return 'This agent has not sent anything yet.';
    throw error;
  }
}
