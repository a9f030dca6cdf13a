import { DEFAULT_RUN_LIMITS } from '../protocol/defaults.ts';
import { PartLimits, RunLimits } from '../protocol/runLimits.ts';
import { CliError, EXIT } from './exitCodes.ts';
import { parseNumber } from './optionValues.ts';

/** Limits as they are given on the command line. */
export interface LimitOptions {
  readonly maxAgents?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly maxUsd?: number | undefined;
  readonly maxMinutes?: number | undefined;
  readonly perPhase?: string | undefined;
  readonly perAgent?: string | undefined;
}

/** Defaults with what was given in their place; a number out of range is a usage error. */
export function readLimits(options: LimitOptions): RunLimits {
  return changeLimits(DEFAULT_RUN_LIMITS, options);
}

/** Limits with those in their place that were given. */
export function changeLimits(limits: RunLimits, options: LimitOptions): RunLimits {
  const { maxAgents, concurrency, maxTokens, maxUsd, maxMinutes } = limits;
  const parsed = RunLimits.safeParse({
    maxAgents: options.maxAgents ?? maxAgents,
    concurrency: options.concurrency ?? concurrency,
    maxTokens: options.maxTokens ?? maxTokens,
    maxUsd: options.maxUsd ?? maxUsd,
    maxMinutes: options.maxMinutes ?? maxMinutes,
    usdIsExplicit: options.maxUsd === undefined ? limits.usdIsExplicit : true,
    perPhase: readBounds(options.perPhase) ?? limits.perPhase,
    perAgent: readBounds(options.perAgent) ?? limits.perAgent,
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new CliError(EXIT.usage, `A limit is out of range. ${problems.join('; ')}.`);
}

/** `maxUsd=1,maxTokens=50000` as an object; what it may hold is the schema's business. */
function readBounds(text: string | undefined): Readonly<Record<string, number>> | undefined {
  if (text === undefined) return undefined;
  const pairs = text.split(',').map((pair) => pair.split('=', 2));
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      if (name !== undefined && Object.hasOwn(PartLimits.shape, name.trim())) {
        return [name.trim(), parseNumber(value ?? '')];
      }
      const names = Object.keys(PartLimits.shape).join(', ');
      throw new CliError(EXIT.usage, `"${text}": no limit "${name ?? ''}". Limits: ${names}.`);
    }),
  );
}
