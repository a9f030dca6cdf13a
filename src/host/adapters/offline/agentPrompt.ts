import { isRuleName } from './rules.ts';
import type { RuleName } from './rules.ts';

/** What an offline agent is asked to do. */
export interface OfflineTask {
  readonly path: string;
  readonly rules: readonly RuleName[];
}

/** The words around path and rules; the planned script builds its prompts from them. */
export const promptParts = {
  beforePath: 'Modernise the file ',
  beforeRules: ' with these rules: ',
  end: '.',
} as const;

const taskLine = /^Modernise the file (\S(?:.*\S)?) with these rules: ([a-z-]+(?:, [a-z-]+)*)\.$/;

/**
 * Reads the one line that an offline agent understands:
 * `Modernise the file <path> with these rules: <rule>, <rule>.`
 * Null when there is none, more than one, or a rule that nobody knows.
 */
export function parseAgentPrompt(prompt: string): OfflineTask | null {
  const tasks = prompt
    .split('\n')
    .map((line) => taskLine.exec(line.trim()))
    .filter((match) => match !== null);
  const [match] = tasks;
  if (match === undefined || tasks.length > 1) return null;
  const [, path = '', list = ''] = match;
  const names = list.split(', ');
  const known = names.filter(isRuleName);
  return known.length === names.length ? { path, rules: known } : null;
}
