/** Makes one estimate of what the two mock runs saw. */
import type {
  CountRange,
  Estimate,
  EstimateCommand,
  EstimatePhase,
} from '../../protocol/estimate.ts';
import { addTokens, noTokens, type TokenUsage } from '../../protocol/runLimits.ts';
import type { ModelPrice } from '../../protocol/modelPrices.ts';
import { costUsd, priceOf } from '../run/limits/prices.ts';
import { totalTokens, type AgentUse, type TokenTable } from './agentTokens.ts';
import type { EstimateRequest } from './estimateRequest.ts';
import type { MockAgent, MockRun } from './mockRun.ts';

interface MockRuns {
  readonly generous: MockRun;
  readonly lean: MockRun;
  readonly request: EstimateRequest;
  readonly tokens: TokenTable;
}

/** The part of an estimate that the whole and its phases have in common. */
type Part = Omit<EstimatePhase, 'title'>;
type Title = string | null;

/** Ranges over both mock runs; lists of what any of them came to. */
export function foldEstimate(runs: MockRuns): Estimate {
  const { generous, lean, request, tokens } = runs;
  const agents = [...generous.agents, ...lean.agents];
  const asking = agents.filter((agent) => agent.asksModel);
  return {
    schemaVersion: 1,
    provider: request.provider,
    ...foldPart(runs, () => true),
    phases: titlesOf(runs).map((title) => ({
      title,
      ...foldPart(runs, (phase) => phase === title),
    })),
    longestChain: range(runs, (run) =>
      run.agents.reduce((longest, agent) => Math.max(longest, agent.chain), 0),
    ),
    commands: foldCommands(runs),
    workflows: unique([...generous.workflows, ...lean.workflows]),
    unbounded: describeUnbounded(runs),
    gaps: [...generous.gaps, ...lean.gaps],
    tokenSources: unique(asking.map(({ agentType, phase }) => tokens.of(agentType, phase).source)),
  };
}

function foldPart(runs: MockRuns, isIn: (phase: Title) => boolean): Part {
  const agentsOf = (run: MockRun): readonly MockAgent[] =>
    run.agents.filter(({ phase }) => isIn(phase));
  const count = (list: readonly { readonly phase: Title }[]): number =>
    list.filter(({ phase }) => isIn(phase)).length;
  const all = [...agentsOf(runs.generous), ...agentsOf(runs.lean)];
  return {
    agents: range(runs, (run) => agentsOf(run).length),
    models: unique(all.flatMap(({ asksModel, model }) => (asksModel ? [model] : []))),
    agentTypes: unique(all.flatMap(({ asksModel, agentType }) => (asksModel ? [agentType] : []))),
    tools: unique(all.flatMap(({ tools }) => tools)),
    writes: unique(all.flatMap(({ writes }) => writes)),
    verifications: range(runs, (run) => count(run.verifications)),
    gates: range(runs, (run) => count(run.gates)),
    ...foldSpend(agentsOf(runs.generous), agentsOf(runs.lean), runs),
  };
}

function foldSpend(
  generous: readonly MockAgent[],
  lean: readonly MockAgent[],
  runs: MockRuns,
): Pick<Part, 'tokens' | 'usd'> {
  const [a, b] = [sumSpend(generous, runs), sumSpend(lean, runs)];
  const isPriced = a.typicalUsd !== null && a.highUsd !== null;
  const usd =
    isPriced && b.typicalUsd !== null && b.highUsd !== null
      ? { min: Math.min(a.typicalUsd, b.typicalUsd), max: Math.max(a.highUsd, b.highUsd) }
      : null;
  const min = Math.min(totalTokens(a.typical), totalTokens(b.typical));
  return { tokens: { min, max: Math.max(totalTokens(a.high), totalTokens(b.high)) }, usd };
}

interface Spend {
  readonly typical: TokenUsage;
  readonly high: TokenUsage;
  readonly typicalUsd: number | null;
  readonly highUsd: number | null;
}

function sumSpend(agents: readonly MockAgent[], { request, tokens }: MockRuns): Spend {
  let sum: Spend = { typical: noTokens, high: noTokens, typicalUsd: 0, highUsd: 0 };
  for (const { asksModel, agentType, phase, model } of agents) {
    if (!asksModel) continue;
    const { typical, high } = tokens.of(agentType, phase);
    const price = priceOf(request.provider, model, request.prices);
    const add = (usd: number | null, use: AgentUse): number | null =>
      usd === null || price === null ? null : usd + agentUsd(use, price);
    sum = {
      typical: addTokens(sum.typical, typical.usage),
      high: addTokens(sum.high, high.usage),
      typicalUsd: add(sum.typicalUsd, typical),
      highUsd: add(sum.highUsd, high),
    };
  }
  return sum;
}

/** Dollars of an agent whose requests are taken to be of one length, as each is paid by its own. */
function agentUsd({ usage, requests }: AgentUse, price: ModelPrice): number {
  if (requests === 0) return costUsd(usage, price);
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const one = {
    inputTokens: inputTokens / requests,
    outputTokens: outputTokens / requests,
    cacheReadTokens: cacheReadTokens / requests,
    cacheWriteTokens: cacheWriteTokens / requests,
  };
  return requests * costUsd(one, price);
}

/** The phases of `meta` in their order, then the others as the mock runs came to them. */
function titlesOf({ generous, lean, request }: MockRuns): Title[] {
  const declared = request.check.meta?.phases.map((phase) => phase.title) ?? [];
  const found = [generous, lean].flatMap(({ agents, verifications, gates }) =>
    [...agents, ...verifications, ...gates].map(({ phase }) => phase),
  );
  return unique<Title>([...declared, ...found]);
}

function foldCommands({ generous, lean, request }: MockRuns): EstimateCommand[] {
  const literal = request.check.commands;
  const reached = [...generous.verifications, ...lean.verifications].map((item) => item.command);
  return unique([...literal, ...reached]).map((command) => ({
    command,
    isLiteral: literal.includes(command),
    isReached: reached.includes(command),
  }));
}

function describeUnbounded({ generous, lean }: MockRuns): string | null {
  const cap = generous.cap ?? lean.cap;
  if (cap !== null) return `unbounded: stopped at the limit of ${cap}`;
  const codes = new Set([...generous.gaps, ...lean.gaps].map((gap) => gap.code));
  if (codes.has('callCap')) return 'unbounded: stopped after too many calls';
  return codes.has('timeLimit') ? 'unbounded: stopped at the time limit' : null;
}

function range({ generous, lean }: MockRuns, count: (run: MockRun) => number): CountRange {
  const [a, b] = [count(generous), count(lean)];
  return { min: Math.min(a, b), max: Math.max(a, b) };
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
