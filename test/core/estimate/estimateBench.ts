import assert from 'node:assert/strict';
import type { Json } from '../../../src/base/json.ts';
import type { ScriptRunner } from '../../../src/core/ports/scriptRunner.ts';
import { createAgentTypes } from '../../../src/core/agent/agentTypes.ts';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import type {
  EstimateRequest,
  EstimateServices,
} from '../../../src/core/estimate/estimateRequest.ts';
import { estimateScript } from '../../../src/core/estimate/estimateScript.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { countRangeText } from '../../../src/protocol/describeEstimate.ts';
import { Estimate } from '../../../src/protocol/estimate.ts';
import { MemorySnapshots } from '../../support/memorySnapshots.ts';

/** What one estimate is made of; everything else is usual. */
export interface Estimated extends Partial<Pick<EstimateServices, 'resolveChild'>> {
  readonly args?: Json;
  readonly files?: Readonly<Record<string, string>>;
  readonly request?: Partial<EstimateRequest>;
  readonly maxAgents?: number;
}

/** Estimates a script body in the sandbox; the result fits the schema. */
export async function estimateBody(
  scripts: ScriptRunner,
  body: string,
  given: Estimated = {},
): Promise<Estimate> {
  const script = `export const meta = { name: 'w', description: 'd' };\n${body}`;
  const check = checkScript(script);
  assert.deepEqual(
    check.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  const { args, files = {}, request, maxAgents = 50, resolveChild } = given;
  const snapshots = new MemorySnapshots(files);
  const estimate = await estimateScript(
    {
      script,
      check,
      budgetTokens: null,
      provider: 'anthropic',
      history: [],
      argsJson: args === undefined ? null : JSON.stringify(args),
      limits: { ...DEFAULT_RUN_LIMITS, maxAgents },
      model: 'claude-sonnet-5-5',
      ...request,
    },
    {
      scripts,
      snapshots,
      snapshot: snapshots.snapshot,
      resolveChild,
      agentTypes: createAgentTypes([], []),
      startTimeLimit: () => ({
        signal: AbortSignal.timeout(20_000),
        noteLife: () => undefined,
        dispose: () => undefined,
      }),
    },
  );
  return Estimate.parse(estimate);
}

/** The counts of an estimate in few words: agents, chain, phases, gaps. */
export function brief(estimate: Estimate): Readonly<Record<string, unknown>> {
  const { agents, longestChain, phases, unbounded, gaps } = estimate;
  const named = phases.filter(({ title }) => title !== null);
  return {
    agents: countRangeText(agents),
    chain: countRangeText(longestChain),
    ...(named.length === 0
      ? {}
      : {
          phases: Object.fromEntries(
            named.map((phase) => [phase.title, countRangeText(phase.agents)]),
          ),
        }),
    ...(unbounded === null ? {} : { unbounded }),
    ...(gaps.length === 0 ? {} : { gaps: gaps.map(({ stub, code }) => `${stub} ${code}`) }),
  };
}
