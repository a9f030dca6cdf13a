import type { ChatItem, ChatToWebview, ComposerState } from '../../../src/protocol/chatMessages.ts';
import type { WorkflowPlan } from '../../../src/protocol/plan.ts';
import { summarizeRun } from '../../../src/protocol/summarizeRun.ts';
import { limits, type RunRecorder } from './runFixtures.ts';

export const readyComposer: ComposerState = {
  disabledReason: null,
  busy: false,
  providerLabel: 'Anthropic',
  modelLabel: 'claude-haiku-4',
  capsLabel: '16 at once · 200 agents · $5',
};

/** A plan that passed its check and may run its commands in a sandbox. */
export function makePlan(change: Partial<WorkflowPlan> = {}): WorkflowPlan {
  return {
    planId: 'plan-1',
    request: 'port these callbacks to async/await',
    summary: 'One agent per file ports its callbacks, then the tests run on the result.',
    script: 'export const meta = {}',
    check: {
      ok: true,
      meta: {
        name: 'Port callbacks',
        description: 'Ports callbacks to async/await',
        phases: [
          { title: 'Port', detail: 'one agent per file' },
          { title: 'Check', detail: 'run the tests', model: 'claude-sonnet-4' },
        ],
      },
      diagnostics: [],
      commands: ['npm test'],
      scriptSha256: 'abc',
    },
    limits,
    provider: 'Anthropic',
    model: 'claude-haiku-4',
    needsUnsandboxedConsent: false,
    ...change,
  };
}

/** A request as the conversation shows it. */
export function requestItem(text: string, id = `request-${text.length}`): ChatItem {
  return { id, type: 'request', text, at: 0 };
}

/** A finished answer. */
export function answerItem(markdown: string, streaming = false): ChatItem {
  return { id: 'answer-1', type: 'answer', markdown, streaming };
}

/** A plan that waits for the user. */
export function planItem(change: Partial<WorkflowPlan> = {}): ChatItem {
  return { id: 'plan-1', type: 'plan', plan: makePlan(change), status: 'awaitingApproval' };
}

/** A recorded run as its card. */
export function runItem(run: RunRecorder): ChatItem {
  return { id: 'run-1', type: 'run', run: summarizeRun(run.view) };
}

/** The message that shows a whole conversation. */
export function snapshot(
  items: readonly ChatItem[],
  composer: Partial<ComposerState> = {},
): ChatToWebview {
  return { type: 'snapshot', items: [...items], composer: { ...readyComposer, ...composer } };
}
