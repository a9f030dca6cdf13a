import { RunTreeMenuTarget } from '../../protocol/webviews/runTreeMessages.ts';
import { t } from '../shared/localize.ts';
import type { CommandHandlers, CommandParts } from './commandParts.ts';
import { shownRun } from './shownRun.ts';

/** Commands of a row's context menu in the run tree; the editor hands over what the row says of itself. */
export function rowCommands(parts: CommandParts): CommandHandlers {
  const { actions, review } = parts;
  const onAgent =
    (act: (runId: string, agentId: number) => Promise<void>) =>
    async (row: unknown): Promise<void> => {
      const { runId, agentId } = RunTreeMenuTarget.parse(row);
      if (agentId !== undefined) await act(runId, agentId);
    };
  return {
    'muster.answerGate': (row: unknown) => answerGate(parts, row),
    'muster.openTranscript': onAgent((runId, agentId) =>
      actions.perform(runId, { action: 'openTranscript', agentId }),
    ),
    'muster.revealAgentChanges': onAgent((runId, agentId) => review.revealAgent(runId, agentId)),
    'muster.skipAgent': onAgent((runId, agentId) =>
      actions.perform(runId, { action: 'skipAgent', agentId }),
    ),
    'muster.retryAgent': onAgent((runId, agentId) =>
      actions.perform(runId, { action: 'retryAgent', agentId }),
    ),
  };
}

// Without a row, as from the command palette, it is the shown run that the user means.
async function answerGate(parts: CommandParts, row: unknown): Promise<void> {
  const target = RunTreeMenuTarget.safeParse(row).data;
  const runId = target?.runId ?? (await shownRun(parts))?.runId;
  if (runId === undefined) return;
  const itemId = parts.controller.showGates(runId, target?.gateId ?? null);
  if (itemId === null) throw new Error(t('No question in this run is waiting for an answer.'));
  await parts.chatView.focusItem(itemId);
}
