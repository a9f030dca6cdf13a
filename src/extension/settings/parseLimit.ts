import { RunLimits } from '../../protocol/runLimits.ts';
import { t } from '../shared/localize.ts';

/** The limits that a person types one by one. */
export type TypedLimit = 'maxAgents' | 'concurrency' | 'maxTokens' | 'maxUsd' | 'maxMinutes';

/** What the user typed for a limit: its value, or the sentence that says what is expected. */
export interface ParsedLimit {
  readonly value: number | null;
  readonly problem: string | null;
}

/** Reads a limit from text; nothing means "no limit" where that is allowed. */
export function parseLimit(limit: TypedLimit, text: string): ParsedLimit {
  const trimmed = text.trim().replace(/^\$/u, '');
  const value = trimmed === '' ? null : Number(trimmed);
  const parsed = RunLimits.shape[limit].safeParse(value);
  return parsed.success
    ? { value: parsed.data, problem: null }
    : { value: null, problem: expected(limit) };
}

/**
 * The limits with one of them as the user typed it. A typed dollar limit is an explicit one: where
 * no price is known it must not quietly become a limit in tokens.
 */
export function changeLimit(limits: RunLimits, limit: TypedLimit, text: string): RunLimits {
  const { value } = parseLimit(limit, text);
  const changed = RunLimits.parse({ ...limits, [limit]: value });
  if (limit !== 'maxUsd') return changed;
  const unmarked = RunLimits.omit({ usdIsExplicit: true }).parse(changed);
  return value === null ? unmarked : { ...unmarked, usdIsExplicit: true };
}

function expected(limit: TypedLimit): string {
  switch (limit) {
    case 'concurrency':
      return t('Enter a whole number from 1 to 256.');
    case 'maxAgents':
      return t('Enter a whole number from 1 to 1000.');
    case 'maxUsd':
      return t('Enter an amount above 0, or leave empty for no limit.');
    case 'maxTokens':
      return t('Enter a whole number above 0, or leave empty for no limit.');
    case 'maxMinutes':
      return t('Enter a number of minutes above 0.');
  }
}
