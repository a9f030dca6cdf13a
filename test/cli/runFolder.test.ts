import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readReportHead } from '../../src/core/evidence/runReport/reportHead.ts';
import { obey } from '../host/support/obedientModel.ts';
import { git } from '../host/support/sampleWorkspace.ts';
import { agentThatEdits, workflow } from '../host/support/workflowScript.ts';
import type { MessagesApi } from '../support/messagesApi/startMessagesApi.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { assertOk } from './support/reviewedRun.ts';

const money = 'lib/util/money.js';
const command = 'node --test --test-reporter=tap';
const good = { path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" };
const sign = "cents < 0 ? '-' : ''";
const wrong = { path: money, from: sign, to: "cents < 0 ? '+' : ''" };
const right = { path: money, from: sign, to: "cents < 0 ? String.fromCharCode(45) : ''" };

const script = (second: typeof wrong): string =>
  workflow(`
    await ${agentThatEdits(good, { label: 'default', group: 'Default', writes: [money] })};
    await ${agentThatEdits(second, { label: 'sign', group: 'Sign', writes: [money] })};
    const receipt = await verify({ command: '${command}', baseline: true });
    return { ok: receipt.ok, summary: 'Ported two expressions.' };`);

describe('the folder of a run that was mended', function () {
  this.timeout(120_000);
  const test = useCliBed();
  let api: MessagesApi;
  let runId = '';

  beforeEach(async () => {
    await test.bed.useSample();
    test.bed.variables = { MUSTER_SANDBOX: 'off' };
    api = await test.bed.startModel(obey);
  });

  const directory = async (): Promise<string> =>
    path.join(await test.bed.stateDirectory(), 'runs', runId);

  /** Runs the wrong script, and goes on with the right one. */
  async function breakAndFix(): Promise<void> {
    const options = ['--json', '--unsandboxed'];
    const broken = await (await test.bed.startScript(script(wrong), api, ...options)).ended;
    const end = readEnd(broken.stdout);
    runId = end.runId;
    assert.deepEqual([broken.exitCode, end.verdict], [1, 'failed'], broken.stderr);
    const fixed = await test.bed.writeScript(script(right));
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl, '--yes'];
    const resumed = await test.bed.run('resume', runId, '--script', fixed, ...model, ...options);
    const second = readEnd(resumed.stdout);
    assert.deepEqual([resumed.exitCode, second.verdict], [0, 'passed'], resumed.stderr);
    assert.equal(second.agents.cached, 1, 'the agent that was right is not asked again');
  }

  it('keeps a report that names the head, and patches that git applies', async () => {
    await breakAndFix();
    const report = await readFile(path.join(await directory(), 'report.md'), 'utf8');
    assert.match(report, /^## Changes\n\n1 file, 2 hunks .*\n\n### Default\n/mu);
    assert.match(report, /^## The workflow’s summary\n\n.*\n\n> Ported two expressions\.$/mu);
    assert.match(report, /^Estimate: none was made for this script before the run\.$/mu);
    const { seq, head } = readReportHead(report) ?? assert.fail(report);
    const audit = await test.bed.run('audit', runId, '--anchor', head);
    assertOk(audit);
    assert.match(audit.stdout, new RegExp(`^Head: ${head}$`, 'mu'));
    assert.match(
      audit.stdout,
      new RegExp(`^Anchored by the given hash up to entry ${seq} of ${seq}\\.$`, 'mu'),
    );
    assert.match(
      audit.stdout,
      new RegExp(`^Anchored by the report up to entry ${seq} of ${seq}, which proves only`, 'mu'),
    );

    const clone = path.join(test.bed.root, 'clone');
    await git(test.bed.root, 'clone', '--quiet', test.bed.workspace, clone);
    const readMoney = async (): Promise<string> => readFile(path.join(clone, money), 'utf8');
    const original = await readMoney();
    // The agent that was wrong is in the journal, too, and no part of what is proposed.
    for (const agentId of ['0001', '0003']) {
      const patch = path.join(await directory(), 'agents', agentId, 'changes.patch');
      await git(clone, 'apply', patch);
    }
    const edited = original.replace(good.from, good.to).replace(right.from, right.to);
    assert.equal(await readMoney(), edited);
  });
});
