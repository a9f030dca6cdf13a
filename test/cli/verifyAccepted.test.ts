import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { obey } from '../host/support/obedientModel.ts';
import { agentThatEdits, workflow } from '../host/support/workflowScript.ts';
import type { MessagesApi } from '../support/messagesApi/startMessagesApi.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';
import { assertOk } from './support/reviewedRun.ts';

const money = 'lib/util/money.js';
const edit = agentThatEdits({ path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" });

describe('muster verify', function () {
  this.timeout(60_000);
  const test = useCliBed();
  let api: MessagesApi;

  beforeEach(async () => {
    await test.bed.useSample();
    test.bed.variables = { MUSTER_SANDBOX: 'off' };
    api = await test.bed.startModel(obey);
  });

  async function run(body: string): Promise<string> {
    const started = test.bed.startScript(workflow(body), api, '--json', '--unsandboxed');
    return readEnd((await (await started).ended).stdout).runId;
  }

  it('runs the commands of the run on the accepted files, and asks no model', async () => {
    const runId = await run(
      `await ${edit}; await verify('npm test'); await verify({ command: 'node index.js', cwd: 'lib', required: false });`,
    );
    const early = await test.bed.run('verify', runId);
    assert.equal(early.exitCode, 1);
    assert.match(early.stderr, /Run .* has no accepted changes/u);
    assertOk(await test.bed.run('accept', runId, '--all'));
    const asked = api.requests.length;

    const verified = await test.bed.run('verify', runId, '--json');
    const end = readEnd(verified.stdout);
    assert.deepEqual([verified.exitCode, end.verdict, end.result], [0, 'passed', true]);
    assert.notEqual(end.runId, runId);
    assert.equal(api.requests.length, asked);
    const receipts = readEvents(verified.stdout).flatMap((event) =>
      event.type === 'verify.ended' ? [event.receipt] : [],
    );
    assert.partialDeepStrictEqual(receipts, [{ command: 'npm test', cwd: '', ok: true }]);
    assert.equal(receipts.length, 1, 'what was not required is left out');
    const report = await test.bed.run('show', end.runId);
    assert.match(report.stdout, /^# Accepted files of /mu);

    const file = path.join(test.bed.workspace, money);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace("'Cannot add ' +", "'Cannot sum ' +"));
    const broken = await test.bed.run('verify', runId, '--json');
    assert.deepEqual([broken.exitCode, readEnd(broken.stdout).verdict], [1, 'failed']);
  });

  it('needs a command, and takes one', async () => {
    const runId = await run(`await ${edit};`);
    assertOk(await test.bed.run('accept', runId, '--all'));
    const none = await test.bed.run('verify', runId);
    assert.equal(none.exitCode, 1);
    assert.match(
      none.stderr,
      /had no verification commands\. Name commands that must pass: .*--require/u,
    );
    const named = await test.bed.run('verify', runId, '--require', 'npm test', '--json');
    assert.deepEqual([named.exitCode, readEnd(named.stdout).verdict], [0, 'passed']);
  });
});
