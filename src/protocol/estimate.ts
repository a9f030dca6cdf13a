/** What a mock run of a workflow script foretells: never a promise, and open about what it could not see. */
import * as z from 'zod';

/** The lower and the higher of what the stubs led to. */
export const CountRange = z.object({
  min: z.number().int().nonnegative(),
  max: z.number().int().nonnegative(),
});
export type CountRange = z.infer<typeof CountRange>;

/** Dollars: typical agents in the smaller mock run, expensive ones in the larger. */
export const UsdRange = z.object({ min: z.number().nonnegative(), max: z.number().nonnegative() });
export type UsdRange = z.infer<typeof UsdRange>;

/** `generous` stubs answer with full arrays and yes, `lean` ones with empty arrays and no. */
export const StubKind = z.enum(['generous', 'lean']);
export type StubKind = z.infer<typeof StubKind>;

const part = {
  agents: CountRange,
  /** Ids, as the provider knows them. */
  models: z.array(z.string()),
  agentTypes: z.array(z.string()),
  tools: z.array(z.string()),
  /** Globs that agents may write; `**` stands for whatever the run allows, an empty list for nothing. */
  writes: z.array(z.string()),
  verifications: CountRange,
  gates: CountRange,
  /** Input, output and cache tokens together. */
  tokens: CountRange,
  /** Null when the price of a model is unknown. */
  usd: UsdRange.nullable(),
} as const;

/** One phase; agents that belong to none have the title null. */
export const EstimatePhase = z.object({ title: z.string().nullable(), ...part });
export type EstimatePhase = z.infer<typeof EstimatePhase>;

/** A command of verify(): `isLiteral` ones are approved with the plan, `isReached` ones a mock run came to. */
export const EstimateCommand = z.object({
  command: z.string(),
  isLiteral: z.boolean(),
  isReached: z.boolean(),
});
export type EstimateCommand = z.infer<typeof EstimateCommand>;

/** Why a mock run saw only a part of what may happen. */
export const EstimateGap = z.object({
  stub: StubKind,
  code: z.enum([
    'agentCap',
    'callCap',
    'timeLimit',
    'threw',
    'neverSettles',
    'itemFailed',
    'wrongCall',
  ]),
  /** One sentence; an error's text as the script threw it. */
  message: z.string(),
});
export type EstimateGap = z.infer<typeof EstimateGap>;

/** The whole estimate: totals first, then phases in the order of the script's `meta`. */
export const Estimate = z.object({
  schemaVersion: z.literal(1),
  provider: z.string(),
  ...part,
  phases: z.array(EstimatePhase),
  /** Agents that wait for one another, in the longest row. */
  longestChain: CountRange,
  commands: z.array(EstimateCommand),
  /** Names of the children that workflow() ran. */
  workflows: z.array(z.string()),
  /** "unbounded: stopped by the cap of 200" when a mock run did not end by itself, else null. */
  unbounded: z.string().nullable(),
  gaps: z.array(EstimateGap),
  /** Where the tokens of an agent come from, one sentence each. */
  tokenSources: z.array(z.string()),
});
export type Estimate = z.infer<typeof Estimate>;
