import * as z from 'zod';
import { AGENT_CEILING, CONCURRENCY_CEILING } from './runCeilings.ts';

/** Bounds of each phase or of each agent of a run; what is absent is not bounded. */
export const PartLimits = z.object({
  maxAgents: z.number().int().min(1).optional(),
  maxTokens: z.number().int().positive().optional(),
  maxUsd: z.number().positive().optional(),
  maxMinutes: z.number().positive().optional(),
});
export type PartLimits = z.infer<typeof PartLimits>;

/** The hard limits of one run. `null` means that this limit is not set. */
export const RunLimits = z.object({
  maxAgents: z.number().int().min(1).max(AGENT_CEILING),
  concurrency: z.number().int().min(1).max(CONCURRENCY_CEILING),
  maxTokens: z.number().int().positive().nullable(),
  maxUsd: z.number().positive().nullable(),
  maxMinutes: z.number().positive(),
  /** The user named the dollar limit: a model without a known price is then refused. */
  usdIsExplicit: z.boolean().optional(),
  perPhase: PartLimits.optional(),
  perAgent: PartLimits.omit({ maxAgents: true }).optional(),
});
export type RunLimits = z.infer<typeof RunLimits>;

/** Model tokens of one or many requests. */
export const TokenUsage = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
});
export type TokenUsage = z.infer<typeof TokenUsage>;

export const NO_TOKENS: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

/** All tokens of a usage, cached ones too. */
export function totalTokens(usage: TokenUsage): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}

/** Adds two usages. */
export function addTokens(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  };
}
