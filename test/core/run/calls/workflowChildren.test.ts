import assert from 'node:assert/strict';
import { ModelByPrompt } from '../../../support/fakeModels.ts';
import { RunBench, type BenchOptions } from '../../../support/runBench.ts';
import { callTool, say } from '../../../support/scriptedModel.ts';
import { openSandbox } from '../../../worker/support/sandbox.ts';

const scripts = openSandbox({ computeMs: 2000 });
after(() => scripts.dispose());

const meta = (name: string): string =>
  `export const meta = { name: '${name}', description: 'd' };\n`;

/** A run whose script may call these children, by their names. */
function benchOf(
  children: Readonly<Record<string, string>>,
  body: string,
  options: Partial<BenchOptions> = {},
): RunBench {
  const files: Record<string, string> = { 'a.ts': 'one\n' };
  for (const [name, text] of Object.entries(children)) {
    files[`.muster/workflows/${name}.js`] = meta(name) + text;
  }
  return new RunBench({
    model: new ModelByPrompt({}),
    ...options,
    files,
    scripts,
    source: meta('main') + body,
  });
}

describe('A run with children', () => {
  it('shows each agent under the child that asked for it, and merges its edits', async () => {
    const edit = callTool('edit_file', { path: 'a.ts', old_text: 'one', new_text: 'ONE' });
    const bench = benchOf(
      {
        fix: `phase('Fix'); return { said: await agent('fix ' + args.path), changed: files.changed() }`,
      },
      `await agent('before'); return workflow('fix', { path: 'a.ts' })`,
      { model: new ModelByPrompt({ before: [say('ok')], 'fix a.ts': [edit, say('fixed')] }) },
    );
    const { status, result } = await bench.run();
    assert.deepEqual(
      [status, result],
      ['completed', { type: 'inline', json: '{"said":"fixed","changed":["a.ts"]}' }],
    );
    const { agents, workflows } = bench.engine.view;
    assert.deepEqual(
      agents.map(({ label, phase, workflowId }) => [label, phase, workflowId]),
      [
        ['before', null, null],
        ['fix a.ts', 'Fix', 1],
      ],
    );
    assert.deepEqual(
      workflows.map(({ name, source, error, endedAt }) => [name, source, error, endedAt !== null]),
      [['fix', '.muster/workflows/fix.js', null, true]],
    );
  });

  it('fails with the place in the child’s own file', async () => {
    const bench = benchOf({ bad: `\n  throw new Error('inner')` }, `await workflow('bad')`);
    const { status, error } = await bench.run();
    assert.deepEqual(
      [status, error?.message],
      ['failed', '.muster/workflows/bad.js:3:13: inner (line 2, column 7)'],
    );
    assert.equal(bench.engine.view.workflows[0]?.error, '.muster/workflows/bad.js:3:13: inner');
  });

  it('lets a script catch what it cannot start, and take another path', async () => {
    const bench = benchOf(
      { known: `return 1` },
      `try { await workflow('unknown') } catch { return workflow('known') }`,
    );
    const { result } = await bench.run();
    assert.deepEqual(result, { type: 'inline', json: '1' });
    assert.equal(bench.ofType('call.refused').length, 1);
  });

  it('reads children from the snapshot, and never from what agents propose', async () => {
    const write = callTool('write_file', {
      path: '.muster/workflows/new.js',
      text: meta('new') + 'return 1',
    });
    const bench = benchOf(
      {},
      `await agent('write'); return workflow('new').catch((e) => e.message)`,
      {
        model: new ModelByPrompt({ write: [write, say('ok')] }),
      },
    );
    const { result } = await bench.run();
    assert.match(result?.type === 'inline' ? result.json : '', /There is no workflow \\"new\\"/u);
  });

  it('ends the children that nobody waited for', async () => {
    const bench = benchOf(
      { slow: `await new Promise((go) => setTimeout(go, 1e6))` },
      `workflow('slow'); await agent('a')`,
      {
        model: new ModelByPrompt({ a: [say('ok')] }),
      },
    );
    await bench.run();
    const [child] = bench.engine.view.workflows;
    assert.deepEqual([child?.name, child?.error], ['slow', 'The run ended before it.']);
  });
});
