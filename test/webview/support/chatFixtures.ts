import type {
  ChatItem,
  ChatToWebview,
  ComposerState,
} from '../../../src/protocol/webviews/chatMessages.ts';
import type { Estimate } from '../../../src/protocol/estimate.ts';
import type { WorkflowPlan } from '../../../src/protocol/plan.ts';
import type { GateView } from '../../../src/protocol/view/runView.ts';
import { summarizeRun } from '../../../src/protocol/view/summarizeRun.ts';
import { limits, type RunRecorder } from './runFixtures.ts';

const readyComposer: ComposerState = {
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
    setupCommand: null,
    requiredCommands: [],
    estimate: null,
    ...change,
  };
}

/** What a mock run of the plan foretells. */
export function makeEstimate(change: Partial<Estimate> = {}): Estimate {
  const part = {
    models: ['claude-haiku-4', 'claude-sonnet-4'],
    agentTypes: ['editor'],
    tools: ['read_file', 'edit_file'],
    writes: ['src/**'],
    verifications: { min: 1, max: 1 },
    gates: { min: 0, max: 0 },
    tokens: { min: 120_000, max: 410_000 },
    usd: { min: 0.4, max: 1.1 },
  };
  return {
    schemaVersion: 1,
    provider: 'anthropic',
    agents: { min: 1, max: 41 },
    ...part,
    phases: [
      { title: 'Port', agents: { min: 0, max: 40 }, ...part },
      { title: 'Check', agents: { min: 1, max: 1 }, ...part },
    ],
    longestChain: { min: 1, max: 2 },
    commands: [{ command: 'npm test', isLiteral: true, isReached: true }],
    workflows: [],
    unbounded: null,
    gaps: [],
    tokenSources: ['the default of 10k an agent'],
    ...change,
  };
}

/** An open question of the recorded run as its card. */
export function gateItem(
  change: Partial<GateView> = {},
  status: Extract<ChatItem, { type: 'gate' }>['status'] = 'open',
): Extract<ChatItem, { type: 'gate' }> {
  const gate = {
    gateId: 1,
    question: 'Port the generated files too?',
    details: '12 files in gen/',
    phase: 'Port',
    openedAt: 0,
    answeredAt: null,
    approved: null,
    note: '',
    ...change,
  };
  const id = `gate-run-1-${gate.gateId}`;
  return { id, type: 'gate', runId: 'run-1', runName: 'Port callbacks', gate, status };
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
