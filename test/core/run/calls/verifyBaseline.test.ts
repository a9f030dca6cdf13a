import assert from 'node:assert/strict';
import { parseJson } from '../../../../src/base/json.ts';
import { reportOf } from '../../../../src/core/evidence/reportOf.ts';
import type { CommandRequest, CommandResult } from '../../../../src/core/ports/commandRunner.ts';
import type { TestReport } from '../../../../src/core/ports/testReports.ts';
import { ModelByPrompt } from '../../../support/fakeModels.ts';
import type { ScriptApi } from '../../../support/functionScript.ts';
import { passedCommand, RunBench, type BenchOptions } from '../../../support/runBench.ts';
import { callTool, say } from '../../../support/scriptedModel.ts';

/** What the command prints is `name:outcome` for each test. */
function parsed(output: string): TestReport | null {
  const names = [...output.matchAll(/(\w+):(passed|failed)/gu)];
  if (names.length === 0) return null;
  return reportOf(
    names.map(([, name = '', outcome]) => ({
      name,
      outcome: outcome === 'passed' ? 'passed' : 'failed',
    })),
  );
}

type Ending = Partial<CommandResult> | Error;

/** Two commands' worth of answers: one on the snapshot, one on every later tree. */
function answers(before: Ending, now: Ending): (request: CommandRequest) => Promise<CommandResult> {
  return ({ directory }) => {
    const ending = directory.startsWith('/scratch/tree-0') ? before : now;
    if (ending instanceof Error) return Promise.reject(ending);
    return Promise.resolve({ ...passedCommand, ...ending });
  };
}

const spec = { command: 'npm test', baseline: true };
const log = (name: string): string => `/state/runs/run-1/verify/${name}`;

interface Outcome {
  readonly bench: RunBench;
  readonly said: unknown;
}

/** An agent edits, and then the script verifies. */
async function verifyAfterEdit(
  command: BenchOptions['command'],
  verify: (api: ScriptApi) => ReturnType<ScriptApi['verify']> = (api) => api.verify(spec),
): Promise<Outcome> {
  const edit = callTool('edit_file', { path: 'a.ts', old_text: 'one', new_text: 'ONE' });
  const bench = new RunBench({
    model: new ModelByPrompt({ edit: [edit, say('done')] }),
    config: { approvedCommands: ['npm test', 'lint'] },
    ...(command === undefined ? {} : { command }),
    report: parsed,
    script: async (api) => {
      await api.agent('edit');
      return verify(api);
    },
  });
  const { result } = await bench.run();
  return { bench, said: result?.type === 'inline' ? parseJson(result.json) : null };
}

function stored(bench: RunBench): Readonly<Record<string, unknown>> {
  const text = bench.store.files.get('verify/0001/receipt.json') ?? '{}';
  // What the runner has just written.
  return parseJson(text) as Readonly<Record<string, unknown>>;
}

function pick(value: unknown, ...keys: readonly string[]): unknown[] {
  // A receipt or a baseline of one.
  return keys.map((key) => (value as Readonly<Record<string, unknown>>)[key]);
}

describe('verify() with a baseline', () => {
  it('runs the command on the snapshot, too, and compares the tests by name', async () => {
    const { bench, said } = await verifyAfterEdit(
      answers(
        { exitCode: 1, output: 'old:failed kept:passed mended:failed' },
        { exitCode: 1, output: 'old:failed kept:failed mended:passed' },
      ),
    );
    assert.deepEqual(pick(said, 'ok', 'regressions', 'fixed'), [false, ['kept'], ['mended']]);
    assert.deepEqual(
      bench.commands.map(({ directory, logPath }) => [
        directory.startsWith('/scratch/tree-0'),
        logPath,
      ]),
      [
        [false, log('1/output.log')],
        [true, log('1/output.baseline.log')],
      ],
    );
    assert.deepEqual(stored(bench)['baseline'], {
      exitCode: 1,
      timedOut: false,
      tests: { passed: 1, failed: 2, skipped: 0 },
      treeHash: 'tree-0',
      logPath: log('1/output.baseline.log'),
      problem: null,
    });
  });

  it('keeps the baseline out of what the script sees', async () => {
    const { said } = await verifyAfterEdit(answers({}, {}));
    assert.deepEqual(pick(said, 'ok', 'baseline'), [true, undefined]);
  });

  type Failure = readonly [string, Ending, Ending, readonly unknown[], RegExp | null];
  const good = { output: 'a:passed' };
  const bad = { exitCode: 1, output: 'a:failed' };
  const failures: readonly Failure[] = [
    [
      'a baseline that times out',
      { ...good, exitCode: null, timedOut: true },
      bad,
      [false, []],
      /out of time/u,
    ],
    ['a baseline without test names', { output: 'fine' }, bad, [false, []], /named no tests/u],
    ['a baseline that cannot start', new Error('no folder'), good, [true, []], /no folder/u],
    [
      'a suite that does not run any more',
      good,
      { exitCode: 2, output: 'SyntaxError' },
      [false, ['a']],
      null,
    ],
    ['a suite that times out now', good, { ...bad, timedOut: true }, [false, ['a']], /now/u],
    ['a suite that skips its tests now', good, { output: 'b:passed' }, [false, ['a']], null],
    ['a test that failed before', bad, bad, [false, []], null],
  ];
  for (const [title, before, now, expected, problem] of failures) {
    it(`gives a receipt for ${title}`, async () => {
      const { bench, said } = await verifyAfterEdit(answers(before, now));
      assert.deepEqual(pick(said, 'ok', 'regressions'), expected);
      const [stated] = pick(stored(bench)['baseline'], 'problem');
      if (problem === null) assert.equal(stated, null);
      else assert.match(String(stated), problem);
    });
  }

  const verdicts: readonly (readonly [string, Ending, Ending, string])[] = [
    ['passes with failures that are not new', bad, bad, 'passed'],
    ['fails with a new one', good, bad, 'failed'],
    ['fails where nothing could be compared', { output: 'fine' }, bad, 'failed'],
    ['fails when the suite does not run any more', good, { exitCode: 2, output: '' }, 'failed'],
  ];
  for (const [title, before, now, expected] of verdicts) {
    it(title, async () => {
      const { bench } = await verifyAfterEdit(answers(before, now));
      assert.equal(bench.ofType('run.ended')[0]?.verdict, expected);
    });
  }

  it('throws where the command cannot be run on the present tree, and runs no baseline', async () => {
    const { bench, said } = await verifyAfterEdit(answers(good, new Error('no shell')), (api) =>
      api.verify(spec).catch(String),
    );
    assert.deepEqual([said, bench.commands.length], ['Error: verify: no shell', 1]);
  });

  it('runs once for a command and folder, however often that is verified', async () => {
    const { bench } = await verifyAfterEdit(answers(good, bad), async (api) => {
      await Promise.all([api.verify(spec), api.verify(spec)]);
      await api.verify({ ...spec, cwd: 'sub' });
      return api.verify({ command: 'lint', baseline: true });
    });
    const onSnapshot = bench.commands.filter(({ directory }) => directory.includes('tree-0'));
    assert.deepEqual(
      onSnapshot.map(({ command, directory }) => [command, directory]),
      [
        ['npm test', '/scratch/tree-0'],
        ['npm test', '/scratch/tree-0/sub'],
        ['lint', '/scratch/tree-0'],
      ],
    );
    const receipts = bench.ofType('verify.ended').map(({ receipt }) => receipt?.regressions);
    assert.deepEqual(receipts, [['a'], ['a'], ['a'], ['a']]);
  });
});
