import assert from 'node:assert/strict';
import type { CommandResult } from '../../../../src/core/ports/commandRunner.ts';
import { ModelByPrompt } from '../../../support/fakeModels.ts';
import { passedCommand, RunBench, type BenchOptions } from '../../../support/runBench.ts';
import { callTool, say } from '../../../support/scriptedModel.ts';

const build = 'npm run build';
const approvedCommands = ['npm test', build];

/** A run with a setup, two verifications and an agent that runs a command. */
function start(options: Partial<BenchOptions> = {}): RunBench {
  const { config, ...rest } = options;
  return new RunBench({
    model: new ModelByPrompt({
      a: [callTool('run_command', { command: 'npm test' }), say('done')],
    }),
    script: async (api) => [
      await api.verify('npm test').catch(String),
      await api.agent('a'),
      await api.verify('npm test').catch(String),
    ],
    config: { approvedCommands, setupCommand: build, ...config },
    ...rest,
  });
}

const failing =
  (result: Partial<CommandResult>) =>
  ({ command }: { readonly command: string }): Promise<CommandResult> =>
    Promise.resolve(command === build ? { ...passedCommand, ...result } : passedCommand);

describe('The setup command of a run', () => {
  it('runs before the first command, on the snapshot, and is in the journal with its log', async () => {
    const bench = start();
    const { verdict } = await bench.run();
    assert.deepEqual(
      bench.commands.map(({ command, tree, directory }) => [command, tree, directory]),
      [
        [build, '/scratch/tree-0', '/scratch/tree-0'],
        ['npm test', '/scratch/tree-0', '/scratch/tree-0'],
        ['npm test', '/scratch/agent', '/scratch/agent'],
        ['npm test', '/scratch/tree-0', '/scratch/tree-0'],
      ],
    );
    assert.equal(bench.commands[0]?.logPath, '/state/runs/run-1/setup/1.log');
    assert.equal(verdict, 'passed');
    assert.partialDeepStrictEqual(bench.ofType('setup.ended'), [
      { setupId: 1, command: build, treeHash: 'tree-0', exitCode: 0, sandbox: 'bwrap' },
    ]);
    assert.deepEqual(
      bench.engine.view.logs.map(({ level, message }) => [level, message]),
      [['info', `Setup "${build}" took 7 ms.`]],
    );
  });

  const failures: readonly [string, Partial<CommandResult>, RegExp][] = [
    ['fails', { exitCode: 2 }, /failed with exit code 2/u],
    ['takes too long', { exitCode: null, timedOut: true }, /did not end within 10 minutes/u],
    ['is stopped', { exitCode: 0, stopped: 'it wrote too much' }, /was stopped: it wrote too/u],
    ['is killed', { exitCode: null }, /was killed/u],
  ];
  for (const [title, result, reason] of failures) {
    it(`lets no command run when it ${title}, is not tried again, and everybody is told`, async () => {
      const bench = start({ command: failing(result) });
      const { verdict, result: returned } = await bench.run();
      assert.deepEqual(
        bench.commands.map(({ command }) => command),
        [build],
      );
      assert.equal(verdict, 'unverified');
      assert.ok(returned?.type === 'inline');
      assert.match(returned.json, reason);
      assert.match(JSON.stringify(bench.store.transcripts.get(1)), reason);
      assert.equal(bench.ofType('setup.ended').length, 1);
      assert.match(JSON.stringify(bench.ofType('verify.ended').at(-1)?.error), reason);
      assert.equal(bench.engine.view.logs[0]?.level, 'warning');
    });
  }

  it('needs the consent like every command where there is no sandbox', async () => {
    const bench = start({ sandbox: 'none' });
    await bench.run();
    assert.deepEqual(bench.commands, []);
    const consented = start({ sandbox: 'none', config: { unsandboxed: true } });
    await consented.run();
    assert.equal(consented.ofType('setup.ended')[0]?.sandbox, 'none');
  });

  it('does not run when nobody approved it', async () => {
    const bench = start({ config: { approvedCommands: ['npm test'] } });
    await bench.run();
    assert.deepEqual(bench.commands, []);
    const message = JSON.stringify(bench.ofType('verify.ended')[0]?.error);
    assert.match(message, /The setup command may not run: .*npm run build.* was not approved/u);
  });

  it('does not run at all where no command does', async () => {
    const bench = start({ script: () => Promise.resolve(null) });
    await bench.run();
    assert.deepEqual(bench.commands, []);
  });
});
