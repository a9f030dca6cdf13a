import type { Estimate } from '../../../src/protocol/estimate.ts';
import type { ScriptCheck, WorkflowPlan } from '../../../src/protocol/plan.ts';
import type {
  FileProposal,
  Hunk,
  KeptAside,
  ProposalSet,
} from '../../../src/protocol/proposals.ts';
import { NO_TOKENS } from '../../../src/protocol/runLimits.ts';
import type { GateView } from '../../../src/protocol/view/runView.ts';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';

const noCounts = { queued: 0, running: 0, ok: 0, failed: 0, skipped: 0, cancelled: 0 };

/** A summary of a run that runs, with the given differences. */
export function sampleRun(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: 'r1',
    name: 'modernise',
    request: 'Modernise lib',
    state: 'running',
    pauseReason: null,
    stateMessage: null,
    verdict: 'unverified',
    provider: 'offline',
    model: 'rules',
    limits: DEFAULT_RUN_LIMITS,
    concurrency: 16,
    startedAt: 1000,
    endedAt: null,
    counts: { ...noCounts, ok: 37, running: 14, queued: 69 },
    phases: [{ title: 'Edit', counts: { ...noCounts, ok: 37, running: 14, queued: 69 } }],
    receipts: [],
    staleReceipts: [],
    openGates: [],
    answeredGates: [],
    rerunsUnsandboxed: 0,
    failures: [],
    usage: NO_TOKENS,
    usd: 0.42,
    proposals: { groups: 0, files: 0, hunks: 0, pending: 0, conflicts: 0 },
    error: null,
    ...changes,
  };
}

/** A question that nobody has answered yet. */
export function sampleGate(changes: Partial<GateView> = {}): GateView {
  return {
    gateId: 1,
    question: 'Delete the helpers?',
    details: 'src/helpers.ts',
    phase: 'Edit',
    openedAt: 2000,
    answeredAt: null,
    approved: null,
    note: '',
    ...changes,
  };
}

/** A check that passed, of a script with these commands. */
export function sampleCheck(changes: Partial<ScriptCheck> = {}): ScriptCheck {
  return {
    ok: true,
    meta: { name: 'modernise', description: 'Modernises lib.', phases: [] },
    diagnostics: [],
    commands: ['npm test'],
    scriptSha256: 'hash',
    ...changes,
  };
}

/** A plan that waits for approval. */
export function samplePlan(changes: Partial<WorkflowPlan> = {}): WorkflowPlan {
  return {
    planId: 'p1',
    request: 'Modernise lib',
    summary: 'Modernises lib.',
    script: 'original script',
    check: sampleCheck(),
    limits: DEFAULT_RUN_LIMITS,
    provider: 'offline',
    model: 'rules',
    needsUnsandboxedConsent: false,
    setupCommand: null,
    requiredCommands: [],
    estimate: null,
    ...changes,
  };
}

/** A hunk that replaces one line by two. */
export function sampleHunk(changes: Partial<Hunk> = {}): Hunk {
  return {
    hunkId: 'h1',
    path: 'a.js',
    groupId: 'g1',
    state: 'pending',
    agentIds: [1],
    baseStart: 10,
    baseLines: 1,
    proposedStart: 10,
    proposedLines: 2,
    added: 2,
    removed: 1,
    preview: '-var a\n+let a\n+let b',
    ...changes,
  };
}

/** A modified file with these hunks. */
export function sampleFile(
  hunks: readonly Hunk[],
  changes: Partial<FileProposal> = {},
): FileProposal {
  return {
    path: 'a.js',
    kind: 'modify',
    encoding: 'utf8',
    mode: 0o100644,
    flag: null,
    baseSha256: 'base',
    proposedSha256: 'proposed',
    hunks: [...hunks],
    ...changes,
  };
}

/** What agent 3 did in a file that agent 1 had changed. */
export function sampleConflict(changes: Partial<KeptAside> = {}): KeptAside {
  return {
    conflictId: 'c1',
    path: 'lib/a.js',
    reason: 'Another agent changed the same lines.',
    agentId: 3,
    agentLabel: 'Shorten',
    groupTitle: 'Edit lib',
    oursAgentIds: [1],
    baseSha256: 'base',
    oursSha256: 'ours',
    theirsSha256: 'theirs',
    state: 'open',
    ...changes,
  };
}

/** A set of proposals in two groups. */
export function sampleSet(
  files: readonly FileProposal[],
  conflicts: readonly KeptAside[] = [],
): ProposalSet {
  return {
    runId: 'r1',
    treeHash: 'tree',
    files: [...files],
    conflicts: [...conflicts],
    groups: [
      { groupId: 'g1', title: 'Edit lib' },
      { groupId: 'g2', title: 'Edit bin' },
    ],
  };
}

/** Of a script that starts nothing. */
export function sampleEstimate(): Estimate {
  const none = { min: 0, max: 0 };
  return {
    schemaVersion: 1,
    provider: 'offline',
    agents: none,
    models: [],
    agentTypes: [],
    tools: [],
    writes: [],
    verifications: none,
    gates: none,
    tokens: none,
    usd: null,
    phases: [],
    longestChain: none,
    commands: [],
    workflows: [],
    unbounded: null,
    gaps: [],
    tokenSources: [],
  };
}
