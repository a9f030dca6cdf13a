import { formatCount, formatUsd, plural } from '../../../base/format.ts';
import {
  countRangeText,
  tokenRangeText,
  usdRangeText,
} from '../../../protocol/describeEstimate.ts';
import type { Estimate, UsdRange } from '../../../protocol/estimate.ts';
import type { RunView } from '../../../protocol/view/runView.ts';

/** The section "Cost": what was spent, and how that compares with the estimate. */
export function describeCost(view: RunView, estimate: Estimate | null): string {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = view.usage;
  const input = formatCount(inputTokens + cacheReadTokens + cacheWriteTokens);
  const limit = view.limits.maxUsd === null ? '' : ` of at most ${formatUsd(view.limits.maxUsd)}`;
  return [
    '## Cost',
    '',
    `${formatUsd(view.usd)}${limit}; ${input} input tokens (${formatCount(cacheReadTokens)} from the cache), ${formatCount(outputTokens)} output tokens.`,
    '',
    estimate === null
      ? 'Estimate: none was made for this script before the run.'
      : describeEstimated(view, estimate),
  ].join('\n');
}

function describeEstimated(view: RunView, estimate: Estimate): string {
  const { agents, tokens, usd, unbounded } = estimate;
  const count = countRangeText(agents);
  const noun = agents.min === agents.max && agents.max === 1 ? 'agent' : 'agents';
  const bound = unbounded === null ? '' : ` (${unbounded})`;
  const estimated = `${count} ${noun}${bound}, ${tokenRangeText(tokens)} tokens, ${usdRangeText(usd)}`;
  const actual = `${plural(view.agents.length, 'agent')}, ${formatUsd(view.usd)}`;
  const judged = view.usd === null || usd === null ? '' : `, ${judge(view.usd, usd)}`;
  return `Estimate: ${estimated}. Actual: ${actual}${judged}.`;
}

function judge(usd: number, { min, max }: UsdRange): string {
  if (usd > max) return `${formatUsd(usd - max)} more than estimated`;
  return usd < min ? 'less than estimated' : 'as estimated';
}
