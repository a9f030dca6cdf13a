import { appendAll } from '../base/appendAll.ts';
import { formatCount, formatUsd, plural } from '../base/format.ts';
import type { CountRange, Estimate, EstimateGap, EstimatePhase, UsdRange } from './estimate.ts';

/** One line for a plan card: `41 agents, 3 models, $0.40 – $1.10`. */
export function estimateHeadline(estimate: Estimate): string {
  const { agents, models, unbounded, usd } = estimate;
  const count = countOf(agents, 'agent');
  const parts = [unbounded === null ? count : `${count} (${unbounded})`];
  if (models.length > 0) parts.push(plural(models.length, 'model'));
  return [...parts, usdRangeText(usd)].join(', ');
}

/** Everything that an estimate says, as lines of plain text; the first is the headline. */
export function describeEstimate(estimate: Estimate): string[] {
  const { phases, models, longestChain, tokens, tokenSources, workflows } = estimate;
  const lines = [estimateHeadline(estimate)];
  const named = phases.filter((phase) => phase.title !== null || phases.length > 1);
  if (named.length > 0) lines.push(`Phases: ${named.map(describePhase).join(', ')}`);
  if (models.length > 0) lines.push(`Models: ${models.join(', ')}`);
  const source = tokenSources.length === 0 ? '' : ` (${tokenSources.join('; ')})`;
  lines.push(`Tokens: ${tokenRangeText(tokens)}${source}`);
  if (longestChain.max > 0) {
    lines.push(`Longest chain: ${countOf(longestChain, 'agent')} in sequence`);
  }
  appendAll(lines, describeScopes(estimate));
  if (workflows.length > 0) lines.push(`Child workflows: ${workflows.join(', ')}`);
  return [...lines, ...estimate.gaps.map(describeGap)];
}

/** `3`, or `0–3`. */
export function countRangeText({ min, max }: CountRange): string {
  return min === max ? String(min) : `${min}–${max}`;
}

/** `12k`, or `12k – 40k`. */
export function tokenRangeText({ min, max }: CountRange): string {
  return span(formatCount(min), formatCount(max));
}

/** `$0.40 – $1.10`; an unknown price is said to be unknown. */
export function usdRangeText(usd: UsdRange | null): string {
  return usd === null ? formatUsd(null) : span(formatUsd(usd.min), formatUsd(usd.max));
}

/** What one mock run did not see, as a sentence. */
function describeGap({ stub, code, message }: EstimateGap): string {
  const under = `With the ${stub} stub`;
  switch (code) {
    case 'threw':
      return `${under}, the script threw, and the rest is not counted: ${message}`;
    case 'neverSettles':
      return `${under}, the script never ended: ${message}`;
    case 'itemFailed':
      return `${under}, an item failed, and the rest is not counted: ${message}`;
    case 'wrongCall':
      return `${under}, a call could not succeed: ${message}`;
    case 'agentCap':
    case 'callCap':
    case 'timeLimit':
      return `${under}, the mock run was stopped, so there may be more: ${message}`;
  }
}

/** What a command line of the estimate says beside the command. */
function describeCommand(command: Estimate['commands'][number]): string {
  if (!command.isLiteral) return `${command.command} (built by the script: not approved)`;
  return command.isReached ? command.command : `${command.command} (not reached by the mock run)`;
}

function describePhase({ title, agents }: EstimatePhase): string {
  return `${title ?? 'no phase'} ${countRangeText(agents)}`;
}

function describeScopes({ tools, writes, commands, verifications, gates }: Estimate): string[] {
  const lines = [];
  if (tools.length > 0) lines.push(`Tools: ${tools.join(', ')}`, `May write: ${scope(writes)}`);
  if (commands.length > 0) lines.push(`Runs: ${commands.map(describeCommand).join(', ')}`);
  if (verifications.max > 0) lines.push(`Verifications: ${countRangeText(verifications)}`);
  if (gates.max > 0) lines.push(`Asks a person: ${timesText(gates)}`);
  return lines;
}

function scope(writes: readonly string[]): string {
  if (writes.length === 0) return 'nothing';
  return writes.includes('**') ? 'anything the run allows' : writes.join(', ');
}

function countOf(range: CountRange, noun: string): string {
  return range.min === range.max ? plural(range.max, noun) : `${countRangeText(range)} ${noun}s`;
}

function span(from: string, to: string): string {
  return from === to ? from : `${from} – ${to}`;
}

/** A number of times, `1 time` or `0–3 times`. */
export function timesText(range: Parameters<typeof countRangeText>[0]): string {
  return `${countRangeText(range)} ${range.max === 1 ? 'time' : 'times'}`;
}
