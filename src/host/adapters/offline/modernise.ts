import { transform } from 'lebab';
import * as z from 'zod';
import { errorText } from '../../../base/errorText.ts';
import { rules } from './rules.ts';
import type { RuleName } from './rules.ts';

export type Modernised =
  | { readonly type: 'changed'; readonly text: string; readonly applied: readonly RuleName[] }
  | { readonly type: 'unchanged' }
  | { readonly type: 'unreadable'; readonly reason: string };

// lebab's types say `any`.
const Transformed = z.object({ code: z.string() });
const SyntaxProblem = z.object({ lineNumber: z.number(), message: z.string() });

/** Applies rules one at a time, so that one which fails on this text takes none of the others with it. */
export function modernise(text: string, wanted: readonly RuleName[]): Modernised {
  const unreadable = syntaxProblem(text);
  if (unreadable !== null) return { type: 'unreadable', reason: unreadable };
  let current = text;
  const applied: RuleName[] = [];
  for (const { name } of rules.filter((rule) => wanted.includes(rule.name))) {
    const next = applyRule(current, name);
    if (next === current) continue;
    current = next;
    applied.push(name);
  }
  return current === text ? { type: 'unchanged' } : { type: 'changed', text: current, applied };
}

function syntaxProblem(text: string): string | null {
  try {
    transform(text, []);
    return null;
  } catch (error) {
    const problem = SyntaxProblem.safeParse(error);
    return problem.success
      ? `it does not parse, line ${problem.data.lineNumber}: ${problem.data.message}`
      : `it does not parse: ${errorText(error)}`;
  }
}

function applyRule(text: string, name: RuleName): string {
  try {
    const { code } = Transformed.parse(transform(text, [name]));
    // A result that no longer parses would only be found by the project's tests.
    return syntaxProblem(code) === null ? code : text;
  } catch {
    // The text did parse, so it is the rule that meets something it can't handle here; it is left out.
    return text;
  }
}
