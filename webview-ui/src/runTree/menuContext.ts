import { isAgentLive } from './treeKeys.ts';
import type { TreeRow } from './treeRows.ts';

/**
 * What a row tells the editor for its context menu: the `when` clauses of the manifest's
 * `webview/context` read it, and the chosen command gets it.
 */
export function menuContext(row: TreeRow): string | undefined {
  if (row.type === 'agent') {
    const { agentId, changedPaths } = row.agent;
    return JSON.stringify({
      webviewSection: 'agent',
      runId: row.runId,
      agentId,
      musterAgentLive: isAgentLive(row),
      musterAgentHasChanges: changedPaths.length > 0,
    });
  }
  if (row.type !== 'gate') return undefined;
  return JSON.stringify({
    webviewSection: 'gate',
    runId: row.runId,
    gateId: row.gate.gateId,
    musterGateOpen: row.isLive && row.gate.approved === null,
  });
}
