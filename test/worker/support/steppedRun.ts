import { readFileSync } from 'node:fs';
import type { Json } from '../../../src/base/json.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import type { ScriptRunner } from '../../../src/core/ports/scriptRunner.ts';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import type { ScriptOutcome } from '../../../src/protocol/threads/scriptMessages.ts';
import type { RunEventOf } from '../../../src/protocol/events/runEvents.ts';
import { FakeClock, settled } from '../../support/fakeClock.ts';
import { RunBench, passedCommand, type BenchOptions } from '../../support/runBench.ts';
import { SteppedModel, type Replies } from './steppedModel.ts';
import { SteppedScripts } from './steppedScripts.ts';

export const scriptsDirectory = new URL('../../fixtures/scripts/', import.meta.url);

/** What surrounds a script in a test. */
export interface SteppedSetting extends Replies {
  readonly args?: Json | undefined;
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly budgetTokens?: number | undefined;
  /** Exit codes of verify() commands in their order; the last one stays. */
  readonly exits?: readonly number[] | undefined;
  /** Commands that the user allows besides those that stand in the script. */
  readonly allowed?: readonly string[] | undefined;
  readonly onGate?: 'approve' | 'reject' | undefined;
  /** Files of `children/` that lie in the workspace's workflow folder. */
  readonly children?: readonly string[] | undefined;
  readonly maxAgents?: number | undefined;
}

export interface SteppedEnd {
  readonly bench: RunBench;
  readonly ended: RunEventOf<'run.ended'>;
  readonly outcome: ScriptOutcome;
}

export type Mode = 'answering' | 'failing';

/** Runs a script in the sandbox and the whole engine, one step after the other, to its end. */
export async function runStepped(
  runner: ScriptRunner,
  source: string,
  setting: SteppedSetting & { readonly mode: Mode },
): Promise<SteppedEnd> {
  const clock = new FakeClock();
  const scripts = new SteppedScripts(runner, () => clock.monotonicMs());
  const model = new SteppedModel(setting.mode, setting);
  const bench = createBench(source, setting, { scripts, model, clock });
  const run = bench.run();
  await Promise.all([run, drive(run, { bench, scripts, model })]);
  return { bench, ended: await run, outcome: scripts.outcome ?? noOutcome };
}

interface Driven {
  readonly bench: RunBench;
  readonly scripts: SteppedScripts;
  readonly model: SteppedModel;
}

async function drive(run: Promise<unknown>, { bench, scripts, model }: Driven): Promise<void> {
  for (;;) {
    // A run that fails before its script stands still ends the wait, with its error.
    await Promise.race([scripts.standing(), run]);
    await quiet(bench, scripts);
    if (scripts.outcome !== null) return;
    if (!scripts.isStanding || scripts.step() || (await goOn({ bench, scripts, model }))) continue;
    bench.engine.control({ action: 'cancel' });
    throw new Error(`Nothing can go on after: ${JSON.stringify(bench.events.at(-1))}`);
  }
}

const noOutcome: ScriptOutcome = {
  type: 'failed',
  line: null,
  column: null,
  error: { code: 'internal', message: 'The script has no outcome.' },
};

/** Resolves when the engine has done what it can do by itself. */
async function quiet(bench: RunBench, scripts: SteppedScripts): Promise<void> {
  for (let before = -1; before !== bench.shown.length + scripts.passed;) {
    before = bench.shown.length + scripts.passed;
    await settled(10);
  }
}

/** Quick agents first, then the script's next timer, then slow agents. */
async function goOn({ bench, scripts, model }: Driven): Promise<boolean> {
  if (model.step('quick')) return true;
  if (scripts.timers.size > 0) {
    await bench.clock.advance(Math.min(...scripts.timers.values()) - bench.clock.monotonicMs());
    return true;
  }
  return model.step('slow');
}

function createBench(
  source: string,
  setting: SteppedSetting,
  parts: Pick<BenchOptions, 'scripts' | 'model' | 'clock'>,
): RunBench {
  const exits = [...(setting.exits ?? [0])];
  const { args, budgetTokens, allowed, onGate, maxAgents } = setting;
  const { meta, commands } = checkScript(source);
  return new RunBench({
    ...parts,
    source,
    files: { ...(setting.files ?? sampleFiles), ...childFiles(setting.children ?? []) },
    limits: { ...DEFAULT_RUN_LIMITS, maxUsd: null, maxAgents: maxAgents ?? 1000 },
    command: () => {
      const exitCode = (exits.length > 1 ? exits.shift() : exits[0]) ?? 0;
      const output = exitCode === 0 ? 'all good' : `exit ${exitCode}: 2 tests failed`;
      return Promise.resolve({ ...passedCommand, exitCode, output });
    },
    config: {
      meta: meta ?? { name: 'w', description: 'd', phases: [] },
      argsJson: args === undefined ? null : JSON.stringify(args),
      budgetTokens: budgetTokens ?? null,
      approvedCommands: [...commands, ...(allowed ?? [])],
      onGate: onGate ?? 'approve',
      onLimit: 'stop',
    },
  });
}

function childFiles(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.map((name) => [`.claude/workflows/${name}`, readScript(`children/${name}`)]),
  );
}

/** The text of a file below `test/fixtures/scripts`. */
export function readScript(name: string): string {
  return readFileSync(new URL(name, scriptsDirectory), 'utf8');
}

const sampleFiles: Readonly<Record<string, string>> = {
  'README.md': '# Parcel desk\n\nTracks parcels for a small shop.\n',
  'package.json': '{"name":"parcel-desk","scripts":{"test":"node --test"}}\n',
  'docs/api.md': '# API\n\nGET /parcels\n',
  'docs/setup.md': '# Setup\n\nSee README.\n',
  'locales/de.json': '{"hello":"Hallo"}\n',
  'locales/en.json': '{"hello":"Hello","bye":"Bye"}\n',
  'locales/ja.json': '{"hello":"こんにちは"}\n',
  'src/db/query.js': 'export const find = (sql) => sql;\n',
  'src/index.js': "import { find } from './db/query.js';\nconsole.log(find('1'));\n",
  'src/routes/login.js': 'export function login() {}\n',
  'src/routes/parcels.js': 'export function list() {}\nexport function create() {}\n',
  'src/util/money.js': 'export const cents = (euro) => euro * 100;\n',
  'test/money.test.js': "import '../src/util/money.js';\n",
};
