import { computeUntrusted } from '../computeUntrusted.ts';
import type { ToolContext } from './tool.ts';

export /** A refusal is for the model to read. */
type FoundPaths =
  | { readonly type: 'paths'; readonly paths: readonly string[] }
  | { readonly type: 'refused'; readonly message: string };

/** Those of the paths that match a model's glob. */
export async function matchPaths(
  glob: string,
  paths: readonly string[],
  ctx: ToolContext,
): Promise<FoundPaths> {
  const task = { type: 'glob' as const, globs: [glob], paths: [...paths] };
  const answer = await computeUntrusted(ctx.compute, task, ctx.signal);
  if (answer.type === 'paths') return answer;
  if (answer.type === 'refused') return answer;
  throw new Error(`The compute pool answered a glob with ${answer.type}.`);
}
