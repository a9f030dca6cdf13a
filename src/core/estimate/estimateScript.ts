/** The mock run: the script itself runs, in the sandbox, and only stubs answer it. */
import { errorText } from '../../base/errorText.ts';
import type { Estimate, EstimateGap, StubKind } from '../../protocol/estimate.ts';
import type { ScriptOutcome } from '../../protocol/threads/scriptMessages.ts';
import { TokenTable } from './agentTokens.ts';
import type { EstimateRequest, EstimateServices } from './estimateRequest.ts';
import { foldEstimate } from './foldEstimate.ts';
import type { MockRun } from './mockRun.ts';
import { StubHost } from './stubHost.ts';

/** Runs the script against both stubs. An estimate never fails: it says what it could not see. */
export async function estimateScript(
  request: EstimateRequest,
  services: EstimateServices,
): Promise<Estimate> {
  const tokens = new TokenTable(request.provider, request.history);
  const generous = await runMock('generous', { request, services, tokens });
  const lean = generous.wasAnswered
    ? await runMock('lean', { request, services, tokens })
    : { ...generous, gaps: generous.gaps.map((gap) => ({ ...gap, stub: 'lean' as const })) };
  return foldEstimate({ generous, lean, request, tokens });
}

async function runMock(
  kind: StubKind,
  run: {
    readonly request: EstimateRequest;
    readonly services: EstimateServices;
    readonly tokens: TokenTable;
  },
): Promise<MockRun> {
  const { script, argsJson, budgetTokens } = run.request;
  const limit = run.services.startTimeLimit();
  const stop = new AbortController();
  const host = new StubHost({
    ...run,
    kind,
    stop: () => stop.abort(),
    onMessage: () => limit.noteLife(),
  });
  try {
    const outcome = await run.services.scripts.run({
      script,
      argsJson,
      host,
      fileName: 'workflow.js',
      reportsWaiting: true,
      budget: { outputTokens: budgetTokens, usd: null },
      signal: AbortSignal.any([limit.signal, stop.signal]),
    });
    await host.settled();
    return withEnd(host, { kind, outcome, isOutOfTime: limit.signal.aborted });
  } catch (error) {
    // It was stopped while it waited for a thread, or nothing runs scripts here: either way nothing was seen.
    const outcome = failedToRun(errorText(error));
    return withEnd(host, { kind, outcome, isOutOfTime: limit.signal.aborted });
  } finally {
    limit.dispose();
  }
}

function failedToRun(message: string): ScriptOutcome {
  return { type: 'failed', error: { code: 'internal', message }, line: null, column: null };
}

function withEnd(
  host: StubHost,
  end: {
    readonly kind: StubKind;
    readonly outcome: ScriptOutcome;
    readonly isOutOfTime: boolean;
  },
): MockRun {
  const { seen } = host;
  const gap = host.isFull ? null : gapOf(end.outcome, end.isOutOfTime);
  return gap === null ? seen : { ...seen, gaps: [{ ...gap, stub: end.kind }, ...seen.gaps] };
}

function gapOf(outcome: ScriptOutcome, isOutOfTime: boolean): Omit<EstimateGap, 'stub'> | null {
  if (outcome.type === 'returned') return null;
  if (isOutOfTime) return { code: 'timeLimit', message: 'The mock run took too long.' };
  const { error, line } = outcome;
  if (error.code === 'script_never_settles') {
    return { code: 'neverSettles', message: error.message };
  }
  const place = line === null ? '' : ` (line ${line})`;
  return { code: 'threw', message: `${error.message}${place}` };
}
