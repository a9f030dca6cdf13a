/** A run of one script in the real sandbox with the whole engine around it; only models and commands are scripted. */
import type { Json } from '../../../src/base/json.ts';
import { parseJson } from '../../../src/base/json.ts';
import type { ModelClient } from '../../../src/core/ports/modelClient.ts';
import type { ScriptJob, ScriptRunner } from '../../../src/core/ports/scriptRunner.ts';
import { readReplayLog } from '../../../src/core/run/replay/readReplayLog.ts';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { systemClock } from '../../../src/host/adapters/system.ts';
import { reduceRunEvents } from '../../../src/protocol/view/reduceRun.ts';
import type {
  DurableRunEvent,
  RunEvent,
  RunEventOf,
} from '../../../src/protocol/events/runEvents.ts';
import type { ScriptOutcome } from '../../../src/protocol/threads/scriptMessages.ts';
import { RunBench, type BenchOptions } from '../../support/runBench.ts';
import type { Step } from '../../support/scriptedModel.ts';
import { openSandbox, valueOf } from '../../worker/support/sandbox.ts';
import { EchoModel } from './echoModel.ts';

/** One sandbox for the whole suite: its threads are started once. */
const sandbox = openSandbox({ computeMs: 10_000 });
after(() => sandbox.dispose());

/** What every script of a row begins with; the body's first line is line 2. */
export const META = "export const meta = { name: 'w', description: 'd' };\n";

type Passed = 'files' | 'limits' | 'config' | 'sandbox' | 'command' | 'report' | 'userWorkflows';

/** What the user does while a run is under way. */
export type Steer = (bench: DialectBench) => Promise<void>;

/** What surrounds a script in a row. */
export interface Setting extends Partial<Pick<BenchOptions, Passed>> {
  /** What the model answers to a prompt; to others it answers `did <prompt>`. */
  readonly agents?: Readonly<Record<string, readonly Step[]>>;
  readonly model?: ModelClient;
  /** No agent is answered before so many requests were open at the same time. */
  readonly together?: number;
  readonly args?: Json;
  readonly budget?: number;
  /** A whole file in place of META and the body. */
  readonly source?: string;
  readonly steer?: Steer;
}

/** What an earlier session left: its journal and what it names. */
export interface Session {
  readonly events: readonly DurableRunEvent[];
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly files: ReadonlyMap<string, string>;
}

class OutcomeKeeper implements ScriptRunner {
  outcome: ScriptOutcome | null = null;

  async run(job: ScriptJob): Promise<ScriptOutcome> {
    this.outcome = await sandbox.run(job);
    return this.outcome;
  }
}

class WatchedList extends Array<RunEvent> {
  onPush: () => void = () => undefined;

  override push(...events: RunEvent[]): number {
    const length = super.push(...events);
    this.onPush();
    return length;
  }
}

const WAIT_MS = 5000;

export class DialectBench extends RunBench {
  override readonly shown = new WatchedList();
  readonly model: ModelClient;
  readonly #outcomes: OutcomeKeeper;

  private constructor(options: BenchOptions, outcomes: OutcomeKeeper) {
    super(options);
    this.model = options.model;
    this.#outcomes = outcomes;
  }

  static of(body: string, setting: Setting = {}, earlier?: Session): DialectBench {
    const outcomes = new OutcomeKeeper();
    const bench = new DialectBench(optionsOf(body, setting, outcomes, earlier), outcomes);
    if (earlier !== undefined) {
      bench.store.events.push(...earlier.events);
      for (const [sha256, bytes] of earlier.contents) bench.store.contents.set(sha256, bytes);
      for (const [name, text] of earlier.files) bench.store.files.set(name, text);
    }
    return bench;
  }

  /** What the script gave: its value, or its error with the place. */
  get given(): unknown {
    const { outcome } = this.#outcomes;
    return outcome === null ? null : valueOf(outcome);
  }

  get ended(): RunEventOf<'run.ended'> | undefined {
    return this.ofType('run.ended').at(-1);
  }

  /** Requests that reached the model. */
  get prompts(): readonly string[] {
    return this.model instanceof EchoModel ? this.model.prompts : [];
  }

  /** Resolves when the run has come to a point that the predicate names. */
  async until(what: string, isThere: () => boolean): Promise<void> {
    if (this.events.length > 0 && isThere()) return;
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => {
        const last = this.events.slice(-3).map(({ type }) => type);
        reject(new Error(`Not there after ${WAIT_MS} ms: ${what}. Last: ${last.join(', ')}.`));
      };
      const timer = setTimeout(fail, WAIT_MS);
      this.shown.onPush = () => {
        if (!isThere()) return;
        clearTimeout(timer);
        // The engine is in the middle of an event; whoever steers it comes after.
        setImmediate(resolve);
      };
    });
  }

  /** What a later session can go on with; `until` cuts the journal behind the last entry that it names. */
  session(isLast?: (event: DurableRunEvent) => boolean): Session {
    const { events, contents, files } = this.store;
    const cut = isLast === undefined ? events.length : events.findIndex(isLast) + 1;
    return { events: events.slice(0, cut), contents, files };
  }
}

function optionsOf(
  body: string,
  setting: Setting,
  scripts: ScriptRunner,
  earlier: Session | undefined,
): BenchOptions {
  const { agents, model, args, budget, source: whole, config, ...rest } = setting;
  const { together, ...passed } = rest;
  const source = whole ?? META + body;
  const check = checkScript(source);
  return {
    ...passed,
    source,
    scripts,
    realClock: systemClock,
    model: model ?? new EchoModel(agents ?? {}, { together }),
    config: {
      scriptSha256: check.scriptSha256,
      ...(check.meta === null ? {} : { meta: check.meta }),
      argsJson: args === undefined ? null : JSON.stringify(args),
      budgetTokens: budget ?? null,
      approvedCommands: check.commands,
      ...config,
    },
    ...(earlier === undefined ? {} : { earlier: earlierOf(earlier.events) }),
  };
}

function earlierOf(events: readonly DurableRunEvent[]): NonNullable<BenchOptions['earlier']> {
  const view = reduceRunEvents(null, events);
  if (view === null) throw new Error('A session has a first entry.');
  // A finished run is not replayed at all; here it counts as interrupted after its last outcome.
  return { log: { ...readReplayLog(events), finished: null }, view };
}

/** The value that a run's last entry names, when it is small. */
export function resultOf(bench: DialectBench): Json | undefined {
  const { result } = bench.ended ?? {};
  return result?.type === 'inline' ? parseJson(result.json) : undefined;
}
