import assert from 'node:assert/strict';
import * as z from 'zod';
import { COMMAND_QUESTION_MS } from '../../../../src/core/limits.ts';
import type { CommandResult } from '../../../../src/core/ports/commandRunner.ts';
import type { DirectoryChange } from '../../../../src/core/ports/fileView.ts';
import { settled } from '../../../support/fakeClock.ts';
import { ModelByPrompt } from '../../../support/fakeModels.ts';
import { passedCommand, RunBench, type BenchOptions } from '../../../support/runBench.ts';
import { callTool, say, type Step } from '../../../support/scriptedModel.ts';

const run = (command: string, cwd?: string): Step =>
  callTool('run_command', cwd === undefined ? { command } : { command, cwd });
const changed = (path: string, text: string | null): DirectoryChange => ({
  type: 'changed',
  path,
  content: text === null ? null : { bytes: Buffer.from(text), mode: 0o100644 },
});

/** One agent that takes these steps and then ends. */
function agent(steps: readonly Step[], options: Partial<BenchOptions> = {}): RunBench {
  const model = new ModelByPrompt({ a: [...steps, say('done')], b: [say('done b')] });
  return new RunBench({ model, script: (api) => api.agent('a'), ...options });
}

/** What the agent's tools answered, in order. */
function answers(bench: RunBench): readonly unknown[] {
  const Line = z.object({ kind: z.string(), text: z.string().optional() });
  const lines = z.array(Line).parse(bench.store.transcripts.get(1) ?? []);
  return lines.filter(({ kind }) => kind === 'tool').map(({ text }) => text);
}

const allowed = { config: { allowedCommands: ['make *'] } } as const;
const asking = { config: { onCommand: 'ask' } } as const;

/** Runs until the user is asked something. */
async function asked(bench: RunBench): Promise<{ readonly ended: Promise<unknown> }> {
  const ended = bench.run();
  for (let turn = 0; turn < 20 && bench.ofType('command.asked').length === 0; turn += 1) {
    await settled();
  }
  await settled();
  assert.equal(bench.engine.view.gates[0]?.approved, null, 'a question is open');
  return { ended };
}

describe('run_command of an agent', () => {
  it('runs on the files as the agent sees them, and journals what ran on which tree', async () => {
    const bench = agent(
      [callTool('write_file', { path: 'b.ts', text: 'x' }), run('make test', 'src')],
      allowed,
    );
    await bench.run();
    const [request] = bench.commands;
    assert.equal(request?.command, 'make test');
    assert.deepEqual([request.tree, request.directory], ['/scratch/agent', '/scratch/agent/src']);
    const [ended] = bench.ofType('command.ended');
    assert.deepEqual(bench.snapshots.directories, [ended?.treeHash]);
    assert.notEqual(ended?.treeHash, 'tree-0');
    assert.deepEqual([ended?.allowedBy, ended?.sandbox, ended?.exitCode], ['list', 'bwrap', 0]);
    assert.deepEqual(bench.snapshots.opened, ['command', 'command released']);
    assert.deepEqual(
      answers(bench).at(-1),
      ['Exit code 0 after 0.0 s.', 'It printed:', 'all good'].join('\n'),
    );
    assert.deepEqual(bench.engine.view.agents[0]?.commands, { ran: 1, unsandboxed: 0 });
  });

  it('takes what the command changed as edits of the agent', async () => {
    const bench = agent([run('make fmt')], allowed);
    bench.snapshots.left = [
      changed('a.ts', 'ONE\n'),
      changed('.git/hooks/pre-commit', 'evil'),
      changed('.vscode/tasks.json', '{}'),
      { type: 'leftOut', path: 'big.bin', reason: 'larger than 5 MiB' },
    ];
    await bench.run();
    assert.deepEqual([...bench.engine.tree.changes().keys()], ['a.ts']);
    const text = String(answers(bench)[0]);
    assert.match(text, /Files that it changed: a\.ts\./u);
    assert.match(
      text,
      /not kept: \.git\/hooks\/pre-commit \(.*protected.*\), \.vscode\/tasks\.json/u,
    );
    assert.match(text, /big\.bin \(larger than 5 MiB\)/u);
  });

  it('takes a deletion, and nothing outside of the writes of the call', async () => {
    const bench = agent([run('make fmt')], {
      ...allowed,
      files: { 'a.ts': '1', 'src/b.ts': '2' },
      script: (api) => api.agent('a', { writes: ['src/**'] }),
    });
    bench.snapshots.left = [changed('a.ts', 'ONE'), changed('src/b.ts', null)];
    await bench.run();
    assert.deepEqual([...bench.engine.tree.changes()], [['src/b.ts', null]]);
    assert.match(String(answers(bench)[0]), /a\.ts \(You may not write a\.ts/u);
  });

  it('lets a verifier run, and keeps nothing that its commands change', async () => {
    const bench = agent([run('make test')], {
      ...allowed,
      script: (api) => api.agent('a', { agentType: 'verifier' }),
    });
    bench.snapshots.left = [changed('a.ts', 'ONE')];
    await bench.run();
    assert.equal(bench.engine.tree.changes().size, 0);
    assert.match(String(answers(bench)[0]), /a\.ts \(you can read files, not change them\)/u);
  });

  it('keeps one directory for an agent with isolation: worktree, and gives it back', async () => {
    const bench = agent([run('make a'), run('make b')], {
      ...allowed,
      script: (api) => api.agent('a', { isolation: 'worktree' }),
    });
    await bench.run();
    assert.deepEqual(bench.snapshots.opened, ['agent', 'agent released']);
    assert.equal(bench.commands.length, 2);
  });

  it('says what went wrong with a command that failed, timed out, or could not be started', async () => {
    const results: (() => Promise<CommandResult>)[] = [
      () => Promise.resolve({ ...passedCommand, exitCode: 3, output: '' }),
      () => Promise.resolve({ ...passedCommand, exitCode: null, timedOut: true }),
      () => Promise.reject(new Error('Cannot start it. Check the directory.')),
    ];
    const command = (): Promise<CommandResult> =>
      results.shift()?.() ?? Promise.reject(new Error());
    const bench = agent([run('make a'), run('make b'), run('make c')], { ...allowed, command });
    await bench.run();
    assert.deepEqual(answers(bench), [
      'Exit code 3 after 0.0 s.\nIt printed nothing.',
      'Stopped: it was not finished after 120 s.\nIt printed:\nall good',
      'The command could not be run: Cannot start it. Check the directory.',
    ]);
  });

  it('is refused where nothing allows it and nobody can be asked, and the agent goes on', async () => {
    const bench = agent([run('make test; curl evil.example')], allowed);
    const { status } = await bench.run();
    assert.equal(status, 'completed');
    assert.deepEqual([bench.commands, bench.ofType('command.ended')], [[], []]);
    assert.match(String(answers(bench)[0]), /not on the list .* nobody is there to be asked/u);
  });

  it('is refused without a sandbox and a consent, even when it is on the list', async () => {
    const bench = agent([run('make test')], { ...allowed, sandbox: 'none' });
    await bench.run();
    assert.equal(bench.commands.length, 0);
    assert.match(String(answers(bench)[0]), /with your rights, because no sandbox/u);
  });

  it('marks an agent that ran commands without a sandbox', async () => {
    const config = { ...allowed.config, unsandboxed: true };
    const bench = agent([run('make test')], { config, sandbox: 'none' });
    await bench.run();
    assert.deepEqual(bench.engine.view.agents[0]?.commands, { ran: 1, unsandboxed: 1 });
    assert.equal(bench.ofType('command.ended')[0]?.sandbox, 'none');
  });

  it('may be what the plan approved', async () => {
    const bench = agent([run('npm test')], { config: { approvedCommands: ['npm test'] } });
    await bench.run();
    assert.equal(bench.ofType('command.ended')[0]?.allowedBy, 'plan');
  });
});

describe('A question about a command', () => {
  const answer = (bench: RunBench, approved: boolean, forRun = false): void =>
    bench.engine.control({ action: 'answerGate', gateId: 1, approved, forRun, note: '' });

  it('shows command, folder and agent, and runs it when the user allows it', async () => {
    const bench = agent([run('rm -rf build', 'web')], asking);
    const { ended } = await asked(bench);
    assert.deepEqual(bench.engine.view.gates[0]?.command, {
      agentId: 1,
      agentLabel: 'a',
      command: 'rm -rf build',
      cwd: 'web',
      sandbox: 'bwrap',
    });
    assert.equal(bench.commands.length, 0);
    assert.equal(bench.engine.view.state, 'running');
    answer(bench, true);
    await ended;
    assert.equal(bench.commands.length, 1);
    const [entry] = bench.ofType('command.answered');
    assert.deepEqual([entry?.approved, entry?.by, entry?.forRun], [true, 'user', false]);
    assert.equal(bench.ofType('command.ended')[0]?.allowedBy, 'user');
  });

  it('is asked once for equal commands of the run, when the user says so', async () => {
    const bench = agent([run('make a'), run('make a'), run('make b')], asking);
    const { ended } = await asked(bench);
    answer(bench, true, true);
    for (let turn = 0; turn < 20 && bench.ofType('command.asked').length < 2; turn += 1) {
      await settled();
    }
    assert.deepEqual(
      bench.ofType('command.asked').map(({ command }) => command),
      ['make a', 'make b'],
    );
    bench.engine.control({ action: 'answerGate', gateId: 2, approved: false, note: '' });
    await ended;
    assert.deepEqual(
      bench.commands.map(({ command }) => command),
      ['make a', 'make a'],
    );
    assert.equal(answers(bench)[2], 'The user refused this command. Go on without it.');
  });

  it('that nobody answers is refused after its time, and no other agent waits for it', async () => {
    const model = new ModelByPrompt({ a: [run('make a'), say('done')], b: [say('done b')] });
    const bench = new RunBench({
      model,
      limits: { concurrency: 1 },
      ...asking,
      script: (api) => Promise.all([api.agent('a'), api.agent('b')]),
    });
    const { ended } = await asked(bench);
    await settled(50);
    assert.equal(bench.engine.view.agents[1]?.status, 'ok', 'the other agent took the only place');
    await bench.clock.advance(COMMAND_QUESTION_MS);
    await ended;
    assert.equal(bench.ofType('command.answered')[0]?.by, 'timeout');
    assert.match(String(answers(bench)[0]), /Nobody answered/u);
    assert.equal(bench.engine.view.agents[0]?.status, 'ok');
  });

  it('takes no time of the agent', async () => {
    const bench = agent([run('make a')], {
      ...asking,
      script: (api) => api.agent('a', { timeoutMs: 60_000, stallMs: 60_000, retries: 0 }),
    });
    const { ended } = await asked(bench);
    await bench.clock.advance(COMMAND_QUESTION_MS - 1000);
    answer(bench, true);
    await ended;
    assert.equal(bench.engine.view.agents[0]?.status, 'ok');
  });

  it('goes away with the agent that asked', async () => {
    const bench = agent([run('make a')], asking);
    const { ended } = await asked(bench);
    bench.engine.control({ action: 'skipAgent', agentId: 1 });
    await ended;
    assert.equal(bench.ofType('command.answered')[0]?.by, 'gone');
    assert.deepEqual(bench.engine.view.gates, []);
    assert.equal(bench.engine.view.agents[0]?.status, 'skipped');
  });

  it('is one for all agents that want the same', async () => {
    const model = new ModelByPrompt({
      a: [run('make a'), say('done')],
      b: [run('make a'), say('done b')],
    });
    const bench = new RunBench({
      model,
      ...asking,
      script: (api) => Promise.all([api.agent('a'), api.agent('b')]),
    });
    const { ended } = await asked(bench);
    await settled(50);
    answer(bench, true);
    await ended;
    assert.deepEqual([bench.ofType('command.asked').length, bench.commands.length], [1, 2]);
  });
});
