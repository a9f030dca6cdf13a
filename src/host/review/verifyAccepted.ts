import { parseJson } from '../../base/json.ts';
import { acceptedRun } from '../../core/evidence/acceptedRun.ts';
import { isLive } from '../../protocol/view/summarizeRun.ts';
import type { LiveRun } from '../runs/liveRun.ts';
import { RunHead } from '../runs/runHead.ts';
import type { RunService } from '../runs/runService.ts';
import { ReviewError, type ReviewService } from './reviewService.ts';

export interface AcceptedOrder {
  /** Commands that the user's settings require, beside those of the run. */
  readonly requiredCommands: readonly string[];
  /** The consent for a machine without a sandbox, where the run had none. */
  readonly unsandboxed: boolean;
  readonly onGate: 'wait' | 'stop';
  readonly signal: AbortSignal;
}

/**
 * Starts a run without agents that verifies the workspace as it is now with the commands of an earlier run, which
 * the user approved there. Rejects with a ReviewError when nothing was accepted or no command is known.
 */
export async function verifyAccepted(
  { runs, reviews }: { readonly runs: RunService; readonly reviews: ReviewService },
  runId: string,
  { requiredCommands, unsandboxed, onGate, signal }: AcceptedOrder,
): Promise<LiveRun> {
  const view = await reviews.withDecisions(await runs.view(runId));
  const head = RunHead.parse(parseJson(await runs.readFile(runId, 'run.json')));
  if (isLive(view) || (view.proposals.accepted ?? 0) === 0) {
    throw new ReviewError(`Run ${runId} has no accepted changes to verify. Accept changes first.`);
  }
  const run = acceptedRun(view, [...head.requiredCommands, ...requiredCommands]);
  if (run === null) {
    throw new ReviewError(
      `Run ${runId} had no verification commands. Name commands that must pass: setting muster.verify.commands, or --require.`,
    );
  }
  const { limits, setupCommand } = head;
  return runs.start(
    {
      request: `Verify the accepted files of “${view.meta.name}”`,
      script: run.script,
      argsJson: null,
      limits,
      setupCommand,
      budgetTokens: null,
      requiredCommands: [],
      provider: { provider: 'offline', baseUrl: null, model: null, apiKey: null },
      approvedCommands: run.commands,
      allowedCommands: [],
      unsandboxed: unsandboxed || head.unsandboxed,
      onLimit: onGate,
      onGate,
    },
    signal,
  );
}
