import type { AgentView } from './runView.ts';

/** True for an agent that was asked to edit, ended ok and left everything as it was. */
export function hasNoChange(agent: AgentView): boolean {
  const { status, expectsEdits, changedPaths, conflictPaths } = agent;
  if (status !== 'ok' || expectsEdits !== true) return false;
  return changedPaths.length === 0 && conflictPaths.length === 0;
}
