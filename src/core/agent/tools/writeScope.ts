import { normaliseAgentPath } from '../../../paths/protectedPaths.ts';
import { computeUntrusted } from '../computeUntrusted.ts';
import type { ToolContext } from './tool.ts';

/** Why the agent may not write there because of the globs of its call; null where it may. */
export async function outsideWrites(
  target: string,
  { writes, compute, signal }: ToolContext,
): Promise<string | null> {
  if (writes === null) return null;
  const normalised = normaliseAgentPath(target);
  if (normalised.type === 'refused') return normalised.reason;
  // A path that is named as it is needs no matching, whatever characters it has.
  if (writes.includes(normalised.path)) return null;
  const task = { type: 'glob' as const, globs: [...writes], paths: [normalised.path] };
  const answer = await computeUntrusted(compute, task, signal);
  if (answer.type === 'paths' && answer.paths.length === 1) return null;
  return `You may not write ${target}: this agent's edits are limited to ${writes.join(', ')}.`;
}
