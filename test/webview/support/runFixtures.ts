import { reduceRunEvents } from '../../../src/protocol/view/reduceRun.ts';
import type { Receipt } from '../../../src/protocol/receipt.ts';
import type { RunEvent, RunEventOf } from '../../../src/protocol/events/runEvents.ts';
import type { RunLimits } from '../../../src/protocol/runLimits.ts';
import type { RunView } from '../../../src/protocol/view/runView.ts';

/** When every recorded run starts; pages in tests have their own clock set beside it. */
export const startedAt: number = Date.UTC(2026, 10, 3, 9, 0, 0);

export const limits: RunLimits = {
  maxAgents: 200,
  concurrency: 16,
  maxTokens: null,
  maxUsd: 5,
  maxMinutes: 30,
};

/** Writes the events of a run, numbered and dated one after the other. */
export class RunRecorder {
  readonly events: RunEvent[] = [];
  #seq = 0;
  #at = startedAt;
  #agents = 0;

  constructor(phases: readonly string[] = ['Port', 'Check'], name = 'Port callbacks') {
    this.events.push({
      ...this.#head(0),
      type: 'run.started',
      request: 'port these callbacks to async/await',
      meta: { name, description: name, phases: phases.map((title) => ({ title })) },
      scriptSha256: 's',
      argsSha256: 'a',
      limits,
      provider: 'anthropic',
      model: 'claude-haiku-4',
      snapshotTree: 't',
      snapshotFiles: 120,
      leftOut: [],
      approvedCommands: ['npm test'],
      unsandboxed: false,
      productVersion: '0.1.0',
      flags: [],
    });
  }

  get view(): RunView {
    const view = reduceRunEvents(null, this.events);
    if (view === null) throw new Error('A recorded run always has a view.');
    return view;
  }

  queue(label: string, phase: string | null = 'Port', workflowId: number | null = null): number {
    this.#agents += 1;
    this.events.push({
      ...this.#head(5),
      type: 'agent.queued',
      agentId: this.#agents,
      callId: this.#agents,
      contentKey: label,
      occurrence: 0,
      label,
      phase,
      group: null,
      model: 'claude-haiku-4',
      agentType: 'editor',
      promptSha256: 'p',
      promptPreview: `Port ${label}`,
      workflowId,
    });
    return this.#agents;
  }

  /** The same for a call that names what it is to change. */
  queueEditor(label: string): number {
    const agentId = this.queue(label);
    const queued = this.events.pop();
    if (queued?.type === 'agent.queued') this.events.push({ ...queued, expectsEdits: true });
    return agentId;
  }

  start(agentId: number): void {
    const at = this.#head(20);
    this.events.push({ ...at, type: 'agent.started', agentId, attempt: 1, baseTree: 't' });
  }

  progress(agentId: number, activity: string): void {
    const { runId, at } = this.#head(200);
    const usage = tokens(4200, 350);
    this.events.push({ runId, at, type: 'agent.progress', agentId, turn: 2, activity, usage });
  }

  end(agentId: number, change: Partial<RunEventOf<'agent.ended'>> = {}): void {
    this.events.push({
      ...this.#head(400),
      type: 'agent.ended',
      agentId,
      outcome: 'ok',
      value: null,
      valuePreview: 'Ported 3 callbacks',
      error: null,
      turns: 4,
      usage: tokens(12_400, 900),
      usd: 0.012,
      conflictPaths: [],
      reads: null,
      treeHash: 't2',
      changes: [{ path: `src/file${agentId}.ts`, base: null, proposed: null }],
      ...change,
    });
  }

  fail(agentId: number, message: string): void {
    const error = { code: 'max_turns', message } as const;
    this.end(agentId, { outcome: 'failed', error, valuePreview: '', changes: [] });
  }

  verify(receipt: Receipt | null): void {
    const head = this.#head(50);
    this.events.push({
      ...head,
      type: 'verify.started',
      verifyId: 1,
      callId: 900,
      label: 'Run the tests',
      phase: 'Check',
      command: 'npm test',
      treeHash: 't2',
    });
    if (receipt === null) return;
    const ended = this.#head(4200);
    this.events.push({ ...ended, type: 'verify.ended', verifyId: 1, receipt, error: null });
  }

  openGate(gateId: number, question: string, details = ''): void {
    this.events.push({
      ...this.#head(50),
      type: 'gate.opened',
      gateId,
      callId: 700 + gateId,
      contentKey: question,
      occurrence: 0,
      question,
      details,
      phase: 'Port',
      timeoutMs: null,
    });
  }

  answerGate(gateId: number, approved: boolean, note = ''): void {
    const head = this.#head(3000);
    this.events.push({ ...head, type: 'gate.answered', gateId, approved, note, by: 'user' });
  }

  startWorkflow(workflowId: number, name: string, phase: string | null = 'Port'): void {
    this.events.push({
      ...this.#head(20),
      type: 'workflow.started',
      workflowId,
      callId: 800 + workflowId,
      name,
      scriptSha256: 's',
      phase,
      source: `.muster/workflows/${name}.js`,
    });
  }

  endWorkflow(workflowId: number, error: string | null = null): void {
    this.events.push({ ...this.#head(20), type: 'workflow.ended', workflowId, error });
  }

  log(message: string, level: 'info' | 'warning' = 'info'): void {
    this.events.push({ ...this.#head(1), type: 'log', level, message });
  }

  state(change: Pick<RunEventOf<'run.state'>, 'state' | 'reason' | 'message'>): void {
    this.events.push({ ...this.#head(10), type: 'run.state', ...change });
  }

  finish(change: Partial<RunEventOf<'run.ended'>> = {}): void {
    this.events.push({
      ...this.#head(100),
      type: 'run.ended',
      status: 'completed',
      reason: null,
      verdict: 'passed',
      headHash: 'h',
      result: null,
      pauseReason: null,
      error: null,
      agents: { ok: 0, failed: 0, skipped: 0, cancelled: 0, cached: 0 },
      usage: { ...tokens(1_200_000, 40_000), usd: 0.42 },
      proposals: { groups: 4, files: 12, hunks: 31, pending: 31, conflicts: 0 },
      durationMs: 125_000,
      ...change,
    });
  }

  #head(afterMs: number): { runId: string; at: number; seq: number } {
    this.#seq += 1;
    this.#at += afterMs;
    return { runId: 'run-1', at: this.#at, seq: this.#seq };
  }
}

/** A receipt of a test run that went well. */
export function makeReceipt(change: Partial<Receipt> = {}): Receipt {
  return {
    verifyId: 1,
    label: 'Run the tests',
    phase: 'Check',
    command: 'npm test',
    cwd: '.',
    required: true,
    ok: true,
    sandbox: 'none',
    exitCode: 0,
    timedOut: false,
    durationMs: 4200,
    failedTests: [],
    regressions: [],
    fixed: [],
    treeHash: 't2',
    tests: { passed: 24, failed: 0, skipped: 0 },
    logPath: 'verify/0001/output.log',
    output: '24 passing',
    ...change,
  };
}

/** A run in mid-flight: agents in every state, a running verification and log lines. */
export function recordMixedRun(): RunRecorder {
  const run = new RunRecorder();
  const ids = Array.from({ length: 12 }, (_, index) => run.queue(`src/orders/handler${index}.ts`));
  run.log('Found 12 files with callbacks');
  run.log('handler3.ts is generated and was left out', 'warning');
  for (const id of ids.slice(0, 8)) run.start(id);
  for (const id of ids.slice(0, 4)) run.end(id);
  run.fail(5, 'The agent used all of its turns without finishing.');
  run.end(6, { outcome: 'skipped', valuePreview: '', usd: null, changes: [] });
  run.progress(7, 'reading src/orders/queue.ts');
  run.progress(8, 'editing src/orders/retry.ts');
  run.verify(null);
  return run;
}

/** A run with every kind of row below its phases: a child workflow, gates and a verification. */
export function recordKinds(): RunRecorder {
  const run = new RunRecorder();
  run.start(run.queue('src/orders/handler.ts'));
  run.startWorkflow(1, 'port-module');
  for (const file of ['queue.ts', 'retry.ts']) run.start(run.queue(`src/${file}`, 'Port', 1));
  run.end(2);
  run.startWorkflow(2, 'tidy-up');
  run.endWorkflow(2, 'The file src/gone.ts does not exist.');
  run.openGate(1, 'Port the generated files too?', '12 files in gen/');
  run.answerGate(1, false, 'They are made anew by the build.');
  run.openGate(2, 'Delete the old helpers?', 'src/helpers.ts');
  run.verify(makeReceipt());
  return run;
}

/** A run with very many agents, of which the first third is done. */
export function recordLargeRun(agents: number): RunRecorder {
  const run = new RunRecorder(['Survey', 'Port', 'Review']);
  const phases = ['Survey', 'Port', 'Review'];
  for (let index = 0; index < agents; index += 1) {
    run.queue(`src/module${index}.ts`, phases[Math.floor((index * 3) / agents)] ?? 'Review');
  }
  const third = Math.floor(agents / 3);
  for (let id = 1; id <= third; id += 1) {
    run.start(id);
    if (id % 50 === 0) run.fail(id, 'The provider could not be reached.');
    else run.end(id);
  }
  return run;
}

function tokens(inputTokens: number, outputTokens: number): RunEventOf<'agent.progress'>['usage'] {
  return { inputTokens, outputTokens, cacheReadTokens: inputTokens * 3, cacheWriteTokens: 0 };
}
