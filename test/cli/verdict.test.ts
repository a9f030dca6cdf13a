import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { obey } from '../host/support/obedientModel.ts';
import { agentThatEdits, workflow } from '../host/support/workflowScript.ts';
import { RunView } from '../../src/protocol/view/runView.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';
import { fileOf, proposalsOf } from './support/reviewedRun.ts';

const money = 'lib/util/money.js';
const RIGHT = "'Cannot add ' +";
const WRONG = "'Cannot sum ' +";

/** One agent that breaks a test, one that does no harm, a fix perhaps, and the sample's own tests. */
function script(...fixes: readonly string[]): string {
  return workflow(`
    await ${agentThatEdits({ path: money, from: RIGHT, to: WRONG }, { label: 'breaks' })};
    await ${agentThatEdits({ path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" })};
    ${fixes.join('\n')}
    return (await verify({ command: 'npm test', baseline: true })).regressions;`);
}

describe('The verdict of a run', function () {
  this.timeout(90_000);
  const test = useCliBed();

  it('fails with the regression, passes when that is fixed, and is gone with a rejected hunk', async () => {
    const { bed } = test;
    await bed.useSample();
    const api = await bed.startModel(obey);
    const first = await (await bed.startScript(script(), api, '--json', '--unsandboxed')).ended;
    const broken = readEnd(first.stdout);
    assert.deepEqual([first.exitCode, broken.status, broken.verdict], [1, 'completed', 'failed']);
    const [receipt] = receiptsOf(first.stdout);
    assert.deepEqual(broken.result, receipt?.regressions);
    assert.deepEqual(receipt?.regressions, [
      'money refuses fractions of a cent and mixed currencies',
    ]);

    const { runId } = broken;
    const before = api.requests.length;
    const fix = agentThatEdits({ path: money, from: WRONG, to: RIGHT }, { label: 'fixes' });
    const edited = await bed.writeScript(script(`await ${fix};`));
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl, '--unsandboxed', '--yes'];
    const second = await bed.run('resume', runId, '--script', edited, ...model, '--json');
    const fixed = readEnd(second.stdout);
    assert.deepEqual([second.exitCode, fixed.verdict, fixed.result], [0, 'passed', []]);
    assert.deepEqual([fixed.agents.ok, fixed.agents.cached], [3, 2]);
    assert.equal(api.requests.length - before, 2, 'only the fix was asked for');
    const shown = await bed.run('show', runId);
    assert.match(shown.stdout, /\*\*passed\*\*/u);
    assert.match(
      shown.stdout,
      /passed before, not now: `money refuses fractions of a cent and mixed currencies`/u,
    );
    // The receipt of the first try is about another tree; the one that counts is not.
    assert.equal(shown.stdout.match(/stale: it ran on other files/gu)?.length, 1);

    const [hunk] = fileOf(await proposalsOf(bed, runId), money).hunks;
    const rejected = await bed.run('reject', runId, '--hunk', hunk?.hunkId ?? '');
    assert.equal(rejected.exitCode, 0, rejected.stderr);
    const view = RunView.parse(JSON.parse((await bed.run('show', runId, '--json')).stdout));
    assert.deepEqual([view.verdict, view.proposedTree], ['unverified', null]);
    const report = await bed.run('show', runId);
    assert.equal(report.stdout.match(/stale: it ran on other files/gu)?.length, 2);
    const file = path.join(await bed.stateDirectory(), 'runs', runId, 'report.md');
    const head = /Journal head: `(?<head>[0-9a-f]{64})`/u.exec(await readFile(file, 'utf8'));
    const audit = await bed.run('audit', runId, '--anchor', head?.groups?.['head'] ?? '');
    assert.equal(audit.exitCode, 0, audit.stdout + audit.stderr);
    assert.doesNotMatch(audit.stdout, /unanchored/u);
  });
});

function receiptsOf(stdout: string) {
  return readEvents(stdout).flatMap((event) =>
    event.type === 'verify.ended' && event.receipt !== null ? [event.receipt] : [],
  );
}
