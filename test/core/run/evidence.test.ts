import assert from 'node:assert/strict';
import type { CommandResult } from '../../../src/core/ports/commandRunner.ts';
import type { RunConfig } from '../../../src/core/run/runConfig.ts';
import { settled } from '../../support/fakeClock.ts';
import { HeldModel, ModelByPrompt } from '../../support/fakeModels.ts';
import type { ScriptApi } from '../../support/functionScript.ts';
import { passedCommand, RunBench, type BenchOptions } from '../../support/runBench.ts';
import { callTool, say } from '../../support/scriptedModel.ts';

const edit = (path: string, from: string, to: string) =>
  callTool('edit_file', { path, old_text: from, new_text: to });

const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('');

describe('What agents propose', () => {
  it('is merged into one tree, whose identity every event names', async () => {
    const model = new ModelByPrompt({
      first: [edit('a.ts', 'line 2\n', 'LINE 2\n'), say('1')],
      second: [edit('a.ts', 'line 19\n', 'LINE 19\n'), say('2')],
    });
    const bench = new RunBench({
      model,
      files: { 'a.ts': lines },
      script: async (api) => Promise.all([api.agent('first'), api.agent('second')]),
    });
    const ended = await bench.run();
    const bytes = bench.engine.tree.changes().get('a.ts')?.bytes;
    const merged = lines.replace('line 2\n', 'LINE 2\n').replace('line 19\n', 'LINE 19\n');
    assert.equal(Buffer.from(bytes ?? []).toString(), merged);
    const trees = bench.ofType('agent.ended').map(({ treeHash }) => treeHash);
    assert.equal(new Set(trees).size, 2);
    assert.equal(bench.ofType('proposals.changed')[0]?.treeHash, trees[1]);
    assert.deepEqual(ended.proposals, { groups: 2, files: 1, hunks: 2, pending: 2, conflicts: 0 });
    assert.ok(bench.store.files.has('proposals.json'));
  });

  it('starts from the tree as it was when the agent started', async () => {
    const model = new ModelByPrompt({
      first: [edit('a.ts', 'one', 'ONE'), say('1')],
      second: [callTool('read_file', { path: 'a.ts' }), say('2')],
    });
    const bench = new RunBench({
      model,
      script: async (api) => [await api.agent('first'), await api.agent('second')],
    });
    await bench.run();
    const [first] = bench.ofType('agent.ended');
    const [, second] = bench.ofType('agent.started');
    assert.equal(second?.baseTree, first?.treeHash);
    const result = model.requests.at(-1)?.messages.at(-1)?.content[0];
    assert.equal(result?.type === 'toolResult' && result.text, 'ONE\ntwo\nthree\n');
  });

  it('is kept as a conflict where it does not fit, and the agent is ok', async () => {
    const model = new ModelByPrompt({
      first: [edit('a.ts', 'two', 'FIRST'), say('1')],
      second: [edit('a.ts', 'two', 'SECOND'), say('2')],
    });
    const bench = new RunBench({
      model,
      script: async (api) => Promise.all([api.agent('first'), api.agent('second')]),
    });
    const ended = await bench.run();
    assert.deepEqual(
      bench.ofType('agent.ended').map(({ outcome, conflictPaths }) => [outcome, conflictPaths]),
      [
        ['ok', []],
        ['ok', ['a.ts']],
      ],
    );
    assert.equal(ended.proposals.conflicts, 1);
    const bytes = bench.engine.tree.changes().get('a.ts')?.bytes;
    assert.equal(Buffer.from(bytes ?? []).toString(), 'one\nFIRST\nthree\n');
  });

  it('is written down as a patch of each agent, against the files that it started from', async () => {
    const model = new ModelByPrompt({
      first: [edit('a.ts', 'one', 'ONE'), say('1')],
      second: [edit('a.ts', 'three', 'THREE'), say('2')],
      third: [say('3')],
    });
    const bench = new RunBench({
      model,
      script: async (api) => [
        await api.agent('first'),
        await api.agent('second'),
        await api.agent('third'),
      ],
    });
    await bench.run();
    const head = 'diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,3 @@\n';
    assert.deepEqual(
      [...bench.store.patches],
      [
        [1, `${head}-one\n+ONE\n two\n three\n`],
        [2, `${head} ONE\n two\n-three\n+THREE\n`],
      ],
    );
  });

  it('is empty for an agent that failed', async () => {
    const loop = callTool('read_file', { path: 'gone' });
    const model = new ModelByPrompt({ a: [edit('a.ts', 'one', 'ONE'), loop, loop, loop] });
    const bench = new RunBench({ model, script: (api) => api.agent('a', { retries: 0 }) });
    const ended = await bench.run();
    assert.deepEqual([ended.status, ended.proposals.files], ['failed', 0]);
    assert.deepEqual(bench.ofType('agent.ended')[0]?.changes, []);
    assert.equal(bench.store.patches.size, 0);
  });

  it('reaches the script as changed paths, with the delivery', async () => {
    const model = new ModelByPrompt({
      a: [
        edit('a.ts', 'one', 'ONE'),
        callTool('write_file', { path: 'b.ts', text: 'b' }),
        say('x'),
      ],
    });
    const bench = new RunBench({
      model,
      script: async (api) => {
        await api.agent('a');
        return api.answers[0]?.state ?? null;
      },
    });
    assert.deepEqual((await bench.run()).result, {
      type: 'inline',
      json: '{"outputTokens":15,"usd":null,"newChangedPaths":["a.ts","b.ts"]}',
    });
  });
});

interface VerifyOutcome {
  readonly bench: RunBench;
  readonly said: unknown;
  readonly verdict: string;
}

async function verifyWith(
  spec: Parameters<ScriptApi['verify']>[0],
  options: Partial<BenchOptions> & { readonly approve?: Partial<RunConfig> } = {},
): Promise<VerifyOutcome> {
  const bench = new RunBench({
    model: new ModelByPrompt({}),
    config: { approvedCommands: ['npm test'], ...options.approve },
    script: (api) => api.verify(spec).catch((error: unknown) => ({ threw: String(error) })),
    ...options,
  });
  const { result, verdict } = await bench.run();
  return { bench, verdict, said: result?.type === 'inline' ? JSON.parse(result.json) : null };
}

describe('verify()', () => {
  it('runs the command on the present tree and gives the receipt that the dialect promises', async () => {
    const { bench, said, verdict } = await verifyWith('npm test');
    assert.deepEqual(said, {
      ok: true,
      required: true,
      sandbox: 'bwrap',
      exitCode: 0,
      durationMs: 7,
      tests: null,
      regressions: [],
      fixed: [],
      treeHash: 'tree-0',
      output: 'all good',
      command: 'npm test',
      cwd: '',
      timedOut: false,
      logPath: '/state/runs/run-1/verify/1/output.log',
    });
    assert.equal(verdict, 'passed');
    assert.deepEqual(
      bench.commands.map(({ command, directory, timeoutMs }) => [command, directory, timeoutMs]),
      [['npm test', '/scratch/tree-0', 600_000]],
    );
    assert.ok(bench.store.files.has('verify/0001/receipt.json'));
  });

  const failing: CommandResult = { ...passedCommand, exitCode: 1, output: 'not ok' };
  const late: CommandResult = { ...passedCommand, exitCode: null, timedOut: true };
  const verdicts: readonly (readonly [string, CommandResult, boolean, string])[] = [
    ['passed when the required command passes', passedCommand, true, 'passed'],
    ['failed when it fails', failing, true, 'failed'],
    ['failed when it takes too long', late, true, 'failed'],
    ['unverified when nothing is required', failing, false, 'unverified'],
  ];
  for (const [title, result, required, expected] of verdicts) {
    it(`is ${title}`, async () => {
      const { verdict, said } = await verifyWith(
        { command: 'npm test', required },
        { command: () => Promise.resolve(result) },
      );
      assert.equal(verdict, expected);
      assert.ok(typeof said === 'object' && said !== null && 'ok' in said);
    });
  }

  it('is not ok when a test failed, whatever the exit code says', async () => {
    const report = {
      counts: { passed: 1, failed: 1, skipped: 0 },
      results: [{ name: 'adds', outcome: 'failed' as const }],
    };
    const { verdict, bench } = await verifyWith('npm test', { report });
    assert.equal(verdict, 'failed');
    assert.deepEqual(bench.ofType('verify.ended')[0]?.receipt?.failedTests, ['adds']);
  });

  it('becomes stale by a later edit', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [edit('a.ts', 'one', 'ONE'), say('x')] }),
      config: { approvedCommands: ['npm test'] },
      script: async (api) => [await api.verify('npm test'), await api.agent('a')],
    });
    assert.equal((await bench.run()).verdict, 'unverified');
  });

  const refused: readonly (readonly [string, unknown, Partial<BenchOptions>, RegExp])[] = [
    ['a command that nobody approved', 'rm -rf .', {}, /"rm -rf \." was not approved/u],
    ['no sandbox and no consent', 'npm test', { sandbox: 'none' }, /no sandbox is available/u],
    ['nothing', null, {}, /needs a command/u],
    ['an empty command', '  ', {}, /needs a command/u],
    ['a wrong option', { command: 'npm test', timeoutMs: -1 }, {}, /needs a command/u],
    ['a cwd outside', { command: 'npm test', cwd: '../x' }, {}, /leaves the workspace/u],
    ['a baseline that is no flag', { command: 'npm test', baseline: 'x' }, {}, /needs a command/u],
  ];
  for (const [title, spec, options, message] of refused) {
    it(`throws in the script for ${title}, and runs nothing`, async () => {
      // The specs are what a script may hand in: any JSON.
      const { bench, said, verdict } = await verifyWith(spec as string, options);
      assert.match(JSON.stringify(said).replaceAll('\\"', '"'), message);
      assert.deepEqual([bench.commands.length, verdict], [0, 'unverified']);
    });
  }

  it('leaves the verdict open when one of two required commands was refused', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      config: { approvedCommands: ['npm test'] },
      script: async (api) => [
        await api.verify('npm test'),
        await api.verify('other').catch(String),
      ],
    });
    assert.equal((await bench.run()).verdict, 'unverified');
  });

  it('leaves the verdict open when the settings require a command that the script did not run', async () => {
    const requiring = (...requiredCommands: readonly string[]) =>
      verifyWith('npm test', { approve: { requiredCommands } });
    assert.equal((await requiring('npm test')).verdict, 'passed');
    const { verdict, bench } = await requiring('npm test', 'npm run lint');
    assert.equal(verdict, 'unverified');
    const [started] = bench.ofType('run.started');
    assert.deepEqual(started?.requiredCommands, ['npm test', 'npm run lint']);
    const { verdict: ofFolder } = await verifyWith(
      { command: 'npm test', cwd: 'lib' },
      { approve: { requiredCommands: ['npm test'] } },
    );
    assert.equal(ofFolder, 'unverified', 'a part of the project is not the project');
  });

  it('runs without a sandbox when that was agreed to', async () => {
    const approve = { approvedCommands: ['npm test'], unsandboxed: true };
    const { said } = await verifyWith('npm test', { sandbox: 'none', approve });
    assert.equal((said as { sandbox: string }).sandbox, 'none');
  });

  it('runs in a folder of the tree', async () => {
    const { bench } = await verifyWith({ command: 'npm test', cwd: './packages/a', timeoutMs: 5 });
    const [request] = bench.commands;
    assert.deepEqual([request?.directory, request?.timeoutMs], ['/scratch/tree-0/packages/a', 5]);
  });

  it('throws in the script when the command cannot be started or the tree not be written', async () => {
    const broken = () => Promise.reject(new Error('no such shell'));
    const { said, bench, verdict } = await verifyWith('npm test', { command: broken });
    assert.deepEqual(said, { threw: 'Error: verify: no such shell' });
    assert.equal(bench.ofType('verify.ended')[0]?.error?.message, 'no such shell');
    assert.equal(verdict, 'unverified');
    const full: RunBench = new RunBench({
      model: new ModelByPrompt({}),
      config: { approvedCommands: ['npm test'] },
      script: (api) => {
        full.snapshots.failWriteTree = true;
        return api.verify('npm test').catch(String);
      },
    });
    const ended = await full.run();
    assert.match(JSON.stringify(ended.result), /no space left/u);
  });

  it('does not stop other branches', async () => {
    const model = new HeldModel();
    const bench = new RunBench({
      model,
      config: { approvedCommands: ['npm test'] },
      script: async (api) => Promise.all([api.agent('a'), api.verify('npm test')]),
    });
    const run = bench.run();
    await settled();
    assert.deepEqual([model.open.length, bench.ofType('verify.ended').length], [1, 1]);
    model.answerAll();
    await run;
  });
});
