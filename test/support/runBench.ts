/** A run on fakes: everything that it touches is in memory, and its script is a function. */
import assert from 'node:assert/strict';
import type { Json } from '../../src/base/json.ts';
import type { CommandRequest, CommandResult } from '../../src/core/ports/commandRunner.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { ComputePool } from '../../src/core/ports/computePool.ts';
import type { ModelClient } from '../../src/core/ports/modelClient.ts';
import type { ScriptRunner } from '../../src/core/ports/scriptRunner.ts';
import type { WorkflowFile } from '../../src/core/ports/userWorkflows.ts';
import type { TestReport } from '../../src/core/ports/testReports.ts';
import { DEFAULT_RUN_LIMITS } from '../../src/protocol/defaults.ts';
import { Governor } from '../../src/core/run/requests/governor.ts';
import type { RunConfig } from '../../src/core/run/runConfig.ts';
import { RunEngine, type EarlierSessions } from '../../src/core/run/runEngine.ts';
import { matchGlobs } from '../../src/worker/compute/matchGlobs.ts';
import { searchFiles } from '../../src/worker/compute/searchFiles.ts';
import { validateValue } from '../../src/worker/compute/validateValue.ts';
import type {
  DurableRunEvent,
  RunEvent,
  RunEventOf,
  RunEventType,
} from '../../src/protocol/events/runEvents.ts';
import type { RunLimits } from '../../src/protocol/runLimits.ts';
import { FakeClock, FakeRandom, settled } from './fakeClock.ts';
import { FunctionScript, type ScriptApi } from './functionScript.ts';
import { MemoryRunStore } from './memoryRunStore.ts';
import { MemorySnapshots } from './memorySnapshots.ts';

/** The compute pool's own work, without its threads. */
export const inlineCompute: ComputePool = {
  run: async (task, signal) => {
    signal.throwIfAborted();
    await settled(1);
    signal.throwIfAborted();
    if (task.type === 'validate') return validateValue(task);
    return task.type === 'search' ? searchFiles(task) : matchGlobs(task);
  },
};

export interface BenchOptions {
  readonly model: ModelClient;
  readonly script?: (api: ScriptApi) => Promise<Json | undefined>;
  readonly scripts?: ScriptRunner;
  readonly source?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly limits?: Partial<RunLimits>;
  readonly config?: Partial<RunConfig>;
  readonly sandbox?: 'bwrap' | 'none';
  readonly command?: (request: CommandRequest) => Promise<CommandResult>;
  /** What a command reported; a function gets what it printed. */
  readonly report?: TestReport | null | ((output: string) => TestReport | null);
  readonly compute?: ComputePool;
  readonly userWorkflows?: readonly WorkflowFile[];
  readonly clock?: FakeClock;
  /** Real time, for a script in a real thread. */
  readonly realClock?: Clock;
  /** What earlier sessions left, for a run that goes on. */
  readonly earlier?: EarlierSessions;
}

export const passedCommand: CommandResult = {
  exitCode: 0,
  timedOut: false,
  durationMs: 7,
  output: 'all good',
};

export class RunBench {
  readonly clock: FakeClock;
  readonly store: MemoryRunStore;
  readonly snapshots: MemorySnapshots;
  readonly engine: RunEngine;
  readonly shown: RunEvent[] = [];
  readonly commands: CommandRequest[] = [];

  constructor(options: BenchOptions) {
    this.clock = options.clock ?? new FakeClock();
    this.store = new MemoryRunStore(this.clock);
    this.snapshots = new MemorySnapshots(options.files ?? { 'a.ts': 'one\ntwo\nthree\n' });
    const { store, snapshots } = this;
    const clock = options.realClock ?? this.clock;
    const governor = new Governor(options.model, clock, new FakeRandom());
    this.engine = new RunEngine(
      configOf(options),
      {
        clock,
        store,
        snapshots,
        governor,
        snapshot: snapshots.snapshot,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        scripts:
          options.scripts ?? new FunctionScript(options.script ?? (() => Promise.resolve(null))),
        compute: options.compute ?? inlineCompute,
        commands: {
          sandbox: () => Promise.resolve(options.sandbox ?? 'bwrap'),
          run: (request) => {
            this.commands.push(request);
            return (options.command ?? (() => Promise.resolve(passedCommand)))(request);
          },
        },
        reports: {
          watch: async (_place, run) => {
            const result = await run();
            return { result, report: reportOf(options, result.output) };
          },
        },
        userWorkflows: { list: () => Promise.resolve(options.userWorkflows ?? []) },
        workspace: null,
      },
      (event) => this.shown.push(event),
      options.earlier,
    );
  }

  get events(): readonly DurableRunEvent[] {
    return this.store.events;
  }

  ofType<T extends RunEventType>(type: T): RunEventOf<T>[] {
    return this.events.filter(
      (event): event is RunEventOf<T> & DurableRunEvent => event.type === type,
    );
  }

  /** Runs to the end; nothing may come after it. */
  async run(): Promise<RunEventOf<'run.ended'>> {
    const ended = await this.engine.execute();
    const count = this.events.length;
    await settled();
    assert.deepEqual([this.events.length, this.events.at(-1)?.type], [count, 'run.ended']);
    assert.deepEqual([...this.store.openTranscripts], [], 'every transcript is closed');
    assert.equal(this.clock.pending, 0, 'no timer is left');
    return ended;
  }
}

function reportOf({ report }: BenchOptions, output: string): TestReport | null {
  return typeof report === 'function' ? report(output) : (report ?? null);
}

function configOf(options: BenchOptions): RunConfig {
  return {
    runId: 'run-1',
    request: 'test',
    scriptSha256: 'script',
    argsJson: null,
    script: options.source ?? '',
    meta: { name: 'w', description: 'd', phases: [] },
    limits: { ...DEFAULT_RUN_LIMITS, ...options.limits },
    model: options.model.defaultModel,
    budgetTokens: null,
    approvedCommands: [],
    setupCommand: null,
    unsandboxed: false,
    requiredCommands: [],
    onLimit: 'wait',
    onGate: 'wait',
    allowedCommands: [],
    onCommand: 'refuse',
    ...options.config,
  };
}
