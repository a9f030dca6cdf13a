import { randomUUID } from 'node:crypto';
import { t } from '../shared/localize.ts';
import type { Conversation } from './conversation.ts';

/** Problem items offer these; the id is what the webview sends back. */
const PROBLEM_ACTIONS = {
  startHost: () => t('Restart host'),
  retry: () => t('Try again'),
  chooseProvider: () => t('Choose provider'),
} as const;

/** What can be done about a problem. */
export type ProblemAction = keyof typeof PROBLEM_ACTIONS;

/** Says in the conversation what did not work, with what can be done about it. */
export function putProblem(
  conversation: Conversation,
  message: string,
  actions: readonly ProblemAction[],
): void {
  conversation.put({
    id: randomUUID(),
    type: 'problem',
    message,
    actions: actions.map((actionId) => ({ actionId, label: PROBLEM_ACTIONS[actionId]() })),
  });
}
