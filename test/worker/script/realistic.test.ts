import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { assertGolden } from '../../support/golden.ts';
import { describeEnd } from '../support/describeEnd.ts';
import { caseName, realisticCases, type RealisticCase } from '../support/realisticCases.ts';
import { openSandbox } from '../support/sandbox.ts';
import { readScript, runStepped, scriptsDirectory, type Mode } from '../support/steppedRun.ts';

const runner = openSandbox();
after(() => runner.dispose());

/** What the table says about one mode, taken from a run, and the text for the golden file. */
async function check(realistic: RealisticCase, mode: Mode): Promise<string> {
  const { script, setting } = realistic;
  const end = await runStepped(runner, readScript(`${script}.js`), { ...setting, mode });
  const { agents, status } = end.ended;
  const started = end.bench.ofType('agent.queued').length;
  assert.equal(agents.ok + agents.failed + agents.skipped + agents.cancelled, started);
  const text = describeEnd(end);
  assert.deepEqual([status, started], realistic[mode], text);
  return text;
}

describe('A saved workflow of the kind that people write', function () {
  this.timeout(20_000);

  for (const realistic of realisticCases) {
    const { script } = realistic;
    const name = caseName(realistic);

    it(`passes the check and runs to its end, with agents that answer and with none: ${name}`, async () => {
      const { diagnostics } = checkScript(readScript(`${script}.js`));
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      assert.deepEqual(errors, []);
      const warnings = diagnostics.map(({ code, line }) => `line ${line}: ${code}\n`);
      const answering = await check(realistic, 'answering');
      const failing = await check(realistic, 'failing');
      const parts = [
        `== warnings of the check\n${warnings.join('')}`,
        `== agents answer\n${answering}`,
        `== every agent fails\n${failing}`,
      ];
      assertGolden(new URL(`golden/${name}.txt`, scriptsDirectory), parts.join('\n'));
    });
  }

  it('is in the table once, with its script and its golden file', () => {
    assert.deepEqual(listed('.', '.js'), unique(realisticCases.map(({ script }) => script)));
    assert.deepEqual(listed('golden/', '.txt'), realisticCases.map(caseName).sort());
    const children = realisticCases.flatMap(({ setting }) => setting?.children ?? []);
    assert.deepEqual(listed('children/', ''), unique(children));
  });
});

function listed(folder: string, ending: string): readonly string[] {
  return readdirSync(new URL(folder, scriptsDirectory))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, name.length - ending.length))
    .sort();
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
