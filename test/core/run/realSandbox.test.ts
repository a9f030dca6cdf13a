import assert from 'node:assert/strict';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { ModelByPrompt } from '../../support/fakeModels.ts';
import { RunBench, type BenchOptions } from '../../support/runBench.ts';
import { callTool, fail, say } from '../../support/scriptedModel.ts';
import { openSandbox } from '../../worker/support/sandbox.ts';

const scripts = openSandbox({ computeMs: 2000 });
after(() => scripts.dispose());

function benchOf(body: string, options: Omit<BenchOptions, 'scripts' | 'source'>): RunBench {
  const source = `export const meta = { name: 'w', description: 'd' };\n${body}`;
  assert.deepEqual(checkScript(source).diagnostics, []);
  return new RunBench({ ...options, scripts, source });
}

describe('A run with its script in the sandbox', () => {
  it('gives the script what agents, files and commands gave', async () => {
    const model = new ModelByPrompt({
      'fix a.ts': [
        callTool('edit_file', { path: 'a.ts', old_text: 'one', new_text: 'ONE' }),
        callTool('submit_result', { done: true }),
      ],
      'fix b.ts': [fail('model_refused')],
    });
    const bench = benchOf(
      `const schema = { type: 'object', properties: { done: { type: 'boolean' } }, required: ['done'] };
       const results = await parallel(files('*.ts').map((path) => () => agent('fix ' + path, { schema })));
       const { ok } = await verify('npm test');
       log('spent', budget.spent());
       return { results, ok, changed: files.changed(), first: read('a.ts').split('\\n')[0] };`,
      {
        model,
        files: { 'a.ts': 'one\n', 'b.ts': 'b\n' },
        config: { approvedCommands: ['npm test'] },
      },
    );
    const { result, status, verdict } = await bench.run();
    assert.deepEqual([status, verdict], ['completed', 'passed']);
    assert.deepEqual(result?.type === 'inline' && JSON.parse(result.json), {
      results: [{ done: true }, null],
      ok: true,
      changed: ['a.ts'],
      first: 'one',
    });
  });

  it('fails with the line that the user saw', async () => {
    const bench = benchOf(`\n\nthrow new TypeError('enough');`, { model: new ModelByPrompt({}) });
    const { status, error } = await bench.run();
    assert.deepEqual(
      [status, error],
      ['failed', { code: 'script_error', message: 'TypeError: enough (line 4, column 11)' }],
    );
  });

  it('is not fooled by a result that the journal could not hold', async () => {
    const bench = benchOf(`return JSON.parse('{"__proto__":{"x":1}}')`, {
      model: new ModelByPrompt({}),
    });
    const { status, error } = await bench.run();
    assert.deepEqual([status, error?.code], ['failed', 'script_result']);
  });

  it('cancels a script that computes', async () => {
    const bench = benchOf(`for (;;);`, { model: new ModelByPrompt({}) });
    const run = bench.run();
    setTimeout(() => bench.engine.control({ action: 'cancel' }), 100);
    assert.equal((await run).status, 'cancelled');
  });

  it('stops at a limit, whatever the script catches', async function () {
    // Thousands of calls that a stopped script still makes.
    this.timeout(20_000);
    const model = new ModelByPrompt({ a: [say('1'), say('2')] });
    const bench = benchOf(
      `const seen = []; for (;;) { try { seen.push(await agent('a')) } catch { seen.push('caught') } }`,
      { model, limits: { maxAgents: 2 }, config: { onLimit: 'stop' } },
    );
    const { status, reason } = await bench.run();
    assert.deepEqual([status, reason], ['paused', 'The limit of 2 agents is reached.']);
  });
});
