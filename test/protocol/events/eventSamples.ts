import type { Receipt } from '../../../src/protocol/receipt.ts';
import {
  isTransient,
  RunEvent,
  type DurableRunEvent,
  type RunEventOf,
  type RunEventType,
} from '../../../src/protocol/events/runEvents.ts';
import { NO_TOKENS, type TokenUsage } from '../../../src/protocol/runLimits.ts';

export function usageOf(inputTokens: number): TokenUsage {
  return { ...NO_TOKENS, inputTokens };
}

export const receipt: Receipt = {
  verifyId: 1,
  label: 'npm test',
  phase: null,
  command: 'npm test',
  cwd: '',
  required: true,
  ok: true,
  sandbox: 'bwrap',
  exitCode: 0,
  timedOut: false,
  durationMs: 5,
  tests: null,
  failedTests: [],
  regressions: [],
  fixed: [],
  treeHash: 't',
  logPath: '/log',
  output: 'ok',
};

const counts = { groups: 0, files: 0, hunks: 0, pending: 0, conflicts: 0 };
const meta = { name: 'w', description: 'd', phases: [{ title: 'Find' }] };
const limits = { maxAgents: 200, concurrency: 16, maxTokens: null, maxUsd: 5, maxMinutes: 60 };
const head = { runId: 'run-1', at: 1000, seq: 1 };
const passing = { runId: 'run-1', at: 1000 };
const setUp = {
  flags: ['refusals-are-entries'],
  meta,
  limits,
  scriptSha256: 's',
  provider: 'offline',
  model: 'rules',
  approvedCommands: [],
  unsandboxed: false,
  productVersion: '0.1.0',
};
const place = { agentId: 1, label: 'agent', phase: null, group: null };

/** One event of each type, in an order in which they can occur. */
const samples: { readonly [T in RunEventType]: RunEventOf<T> } = {
  'run.started': {
    type: 'run.started',
    ...head,
    ...setUp,
    request: 'test',
    argsSha256: 'a',
    snapshotTree: 'tree',
    snapshotFiles: 3,
    leftOut: [],
  },
  'phase.started': { type: 'phase.started', ...head, title: 'Fix' },
  log: { type: 'log', ...head, level: 'info', message: 'hello' },
  'agent.queued': {
    type: 'agent.queued',
    ...head,
    ...place,
    callId: 1,
    contentKey: 'k',
    occurrence: 0,
    model: 'rules',
    agentType: 'general-purpose',
    promptSha256: 'p',
    promptPreview: 'do',
    workflowId: null,
  },
  'agent.started': { type: 'agent.started', ...head, agentId: 1, attempt: 1, baseTree: 'tree' },
  'agent.progress': {
    type: 'agent.progress',
    ...passing,
    agentId: 1,
    turn: 1,
    activity: 'thinking',
    usage: NO_TOKENS,
  },
  'agent.ended': {
    type: 'agent.ended',
    ...head,
    agentId: 1,
    outcome: 'ok',
    valuePreview: '1',
    error: null,
    value: { type: 'inline', json: '1' },
    turns: 1,
    usage: NO_TOKENS,
    usd: 0,
    reads: null,
    changes: [{ path: 'a.ts', base: null, proposed: { sha256: 'x', mode: 0o100644 } }],
    conflictPaths: [],
    treeHash: 'tree-2',
  },
  'timer.fired': { type: 'timer.fired', ...head, callId: 2 },
  'run.limits': { type: 'run.limits', ...head, limits: setUp.limits },
  'gate.opened': {
    type: 'gate.opened',
    ...head,
    gateId: 1,
    callId: 5,
    contentKey: 'g',
    occurrence: 0,
    question: 'Ship it?',
    details: '',
    phase: null,
    timeoutMs: null,
  },
  'gate.answered': {
    type: 'gate.answered',
    ...head,
    gateId: 1,
    approved: true,
    note: 'yes',
    by: 'user',
  },
  'command.asked': {
    type: 'command.asked',
    ...head,
    questionId: 2,
    agentId: 1,
    command: 'npm test',
    cwd: '',
    sandbox: 'bwrap',
  },
  'command.answered': {
    type: 'command.answered',
    ...head,
    questionId: 2,
    approved: true,
    forRun: false,
    by: 'user',
  },
  'setup.ended': {
    type: 'setup.ended',
    ...head,
    setupId: 1,
    command: 'npm run build',
    treeHash: 'tree',
    sandbox: 'bwrap',
    exitCode: 0,
    timedOut: false,
    durationMs: 3000,
  },
  'command.ended': {
    type: 'command.ended',
    ...head,
    commandId: 1,
    agentId: 1,
    command: 'npm test',
    cwd: '',
    treeHash: 't',
    allowedBy: 'user',
    sandbox: 'bwrap',
    exitCode: 0,
    timedOut: false,
    durationMs: 5,
  },
  'workflow.started': {
    type: 'workflow.started',
    ...head,
    workflowId: 1,
    callId: 6,
    name: 'triage',
    phase: null,
    source: '.muster/workflows/triage.js',
    scriptSha256: 's',
  },
  'workflow.ended': { type: 'workflow.ended', ...head, workflowId: 1, error: null },
  'call.refused': {
    type: 'call.refused',
    ...head,
    callId: 7,
    method: 'verify',
    mayRetry: true,
    error: { name: 'Error', message: 'not approved' },
  },
  'run.throttled': { type: 'run.throttled', ...head, concurrency: 4 },
  'run.state': { type: 'run.state', ...head, state: 'paused', reason: 'user', message: null },
  'run.resumed': { type: 'run.resumed', ...head, ...setUp },
  'replay.ended': { type: 'replay.ended', ...head, delivered: 1, cachedAgents: [1] },
  'agent.replayed': {
    type: 'agent.replayed',
    ...head,
    ...place,
    callId: 3,
    conflictPaths: [],
    treeHash: 't',
  },
  'verify.started': {
    type: 'verify.started',
    ...head,
    verifyId: 1,
    callId: 4,
    label: 'npm test',
    phase: null,
    command: 'npm test',
    treeHash: 't',
  },
  'verify.ended': { type: 'verify.ended', ...head, verifyId: 1, receipt, error: null },
  'proposals.changed': { type: 'proposals.changed', ...head, treeHash: 't', counts },
  'run.ended': {
    type: 'run.ended',
    ...head,
    status: 'completed',
    reason: null,
    verdict: 'passed',
    pauseReason: null,
    headHash: 'h',
    result: { type: 'inline', json: '1' },
    error: null,
    durationMs: 5,
    agents: { ok: 1, failed: 0, skipped: 0, cancelled: 0, cached: 0 },
    usage: { ...NO_TOKENS, usd: 0 },
    proposals: counts,
  },
  'review.changed': { type: 'review.changed', ...passing, counts, verdict: 'passed' },
};

/** A sample with other fields. */
export function makeEvent<T extends RunEventType>(
  type: T,
  fields: Partial<RunEventOf<T>>,
): RunEvent {
  return RunEvent.parse({ ...samples[type], ...fields });
}

/** The same for an entry of a journal. */
export function durableEvent<T extends RunEventType>(
  type: T,
  fields: Partial<RunEventOf<T>>,
): DurableRunEvent {
  const event = makeEvent(type, fields);
  if (isTransient(event)) throw new Error(`${type} is never journaled.`);
  return event;
}

export function allEvents(): RunEvent[] {
  return Object.values(samples).map((event) => RunEvent.parse(event));
}
