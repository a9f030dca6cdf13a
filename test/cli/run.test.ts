import assert from 'node:assert/strict';
import { useCliBed } from './support/cliBed.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';
import { obey } from '../host/support/obedientModel.ts';
import { fingerprint } from '../host/support/sampleWorkspace.ts';
import { agentThatEdits, manyAgents, workflow } from '../host/support/workflowScript.ts';
import { after, text } from '../support/messagesApi/replies.ts';

const edit = {
  path: 'lib/util/money.js',
  from: "currency || 'EUR'",
  to: "currency ?? 'EUR'",
};
const verified = (command: string) =>
  workflow(`await ${agentThatEdits(edit)};\nreturn (await verify('${command}')).ok;`);

describe('muster run', () => {
  const test = useCliBed();

  it('finishes 100 agents and prints nothing but events that the published schema allows', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(() => after(40, text('fine')));
    const options = ['--json', '--concurrency', '8'];
    const running = await test.bed.startScript(manyAgents(100), api, ...options);
    const { stdout, stderr, exitCode } = await running.ended;
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    const events = readEvents(stdout);
    const end = readEnd(stdout);
    const { usage } = end;
    assert.deepEqual(
      { ...end, runId: '', at: 0, headHash: end.headHash.length, durationMs: 0, usage: null },
      {
        type: 'run.ended',
        runId: '',
        at: 0,
        seq: end.seq,
        status: 'completed',
        reason: null,
        verdict: 'unverified',
        headHash: 64,
        error: null,
        durationMs: 0,
        pauseReason: null,
        result: Array.from({ length: 100 }, () => 'fine'),
        agents: { ok: 100, failed: 0, skipped: 0, cancelled: 0, cached: 0 },
        usage: null,
        proposals: { groups: 0, files: 0, hunks: 0, pending: 0, conflicts: 0 },
      },
    );
    assert.ok(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens > 1000);
    assert.ok(usage.outputTokens >= 100 && usage.usd !== null && usage.usd > 0);
    assert.ok(end.durationMs > 0);
    const numbers = events.flatMap((event) => ('seq' in event ? [event.seq] : []));
    assert.deepEqual(
      numbers,
      numbers.map((_number, index) => index + 1),
      'journal entries have no gap',
    );
    assert.equal(api.requests.length, 100);
    assert.equal(api.maxInFlight(), 8);
  });

  it('modernises the sample offline, verified by its own tests, and changes nothing', async () => {
    await test.bed.useSample();
    const before = await fingerprint(test.bed.workspace);
    const { stdout, stderr, exitCode } = await test.bed.run(
      'run',
      'modernise lib to ES2020',
      '--provider',
      'offline',
      '--unsandboxed',
      '--yes',
      '--json',
    );
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    const end = readEnd(stdout);
    assert.equal(end.status, 'completed');
    assert.equal(end.verdict, 'passed');
    assert.ok(end.proposals.files > 5 && end.agents.ok > 5 && end.agents.failed === 0);
    assert.deepEqual(await fingerprint(test.bed.workspace), before);
  });

  it('runs no agent-written code without a consent, and says why it is unverified', async () => {
    await test.bed.useSample();
    test.bed.variables = { MUSTER_SANDBOX: 'off' };
    const api = await test.bed.startModel(obey);
    const guarded = `let reason = null;
      await ${agentThatEdits(edit)};
      try { await verify('node --test'); } catch (error) { reason = error.message; }
      return reason;`;
    const running = await test.bed.startScript(workflow(guarded), api, '--json');
    const { stdout, exitCode } = await running.ended;
    const end = readEnd(stdout);
    assert.equal(end.verdict, 'unverified');
    assert.match(JSON.stringify(end.result), /no sandbox is available.*--unsandboxed/u);
    const warnings = readEvents(stdout).filter((event) => event.type === 'log');
    assert.match(JSON.stringify(warnings), /"level":"warning".*node --test/u);
    assert.equal(exitCode, 0);
  });

  it('passes when the command passes on the proposed tree', async () => {
    await test.bed.useSample();
    test.bed.variables = { MUSTER_SANDBOX: 'off' };
    const api = await test.bed.startModel(obey);
    const source = verified('node --test --test-reporter=tap');
    const running = await test.bed.startScript(source, api, '--json', '--unsandboxed');
    const { stdout, exitCode } = await running.ended;
    const end = readEnd(stdout);
    const { status, verdict, result } = end;
    assert.deepEqual(
      { status, verdict, result },
      { status: 'completed', verdict: 'passed', result: true },
    );
    const receipts = readEvents(stdout).flatMap((event) =>
      event.type === 'verify.ended' && event.receipt !== null ? [event.receipt] : [],
    );
    assert.equal(receipts.length, 1);
    assert.partialDeepStrictEqual(receipts[0], { ok: true, exitCode: 0, sandbox: 'none' });
    assert.ok((receipts[0]?.tests?.passed ?? 0) > 10);
    assert.equal(exitCode, 0);
  });

  it('fails with code 1 when the command fails on the proposed tree', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const breaking = { ...edit, to: 'currency.nothing.there' };
    const source = workflow(
      `await ${agentThatEdits(breaking)};\nreturn (await verify('node --test')).ok;`,
    );
    const running = await test.bed.startScript(source, api, '--json', '--unsandboxed');
    const { stdout, exitCode } = await running.ended;
    const { status, verdict, result } = readEnd(stdout);
    assert.deepEqual(
      { status, verdict, result },
      { status: 'completed', verdict: 'failed', result: false },
    );
    assert.equal(exitCode, 1);
  });

  it('gives args to the script as they are', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const args = { list: [1, 'two', null], constructor: 'x' };
    const running = await test.bed.startScript(
      workflow('return args;'),
      api,
      '--json',
      '--args',
      JSON.stringify(args),
    );
    const { stdout, exitCode } = await running.ended;
    const end = readEnd(stdout);
    assert.deepEqual(end.result, args);
    assert.match(end.reason ?? '', /No agents started/u);
    assert.equal(exitCode, 0);
  });

  it('prints lines and a report that says how to review', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const source = workflow(`phase('Edit');\nawait ${agentThatEdits(edit, { label: 'money' })};`);
    const { stdout, stderr, exitCode } = await (await test.bed.startScript(source, api)).ended;
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^▸ Edit$/mu);
    assert.match(stdout, /✓ ok money .*: 1 file changed/u);
    assert.match(stdout, /proposals: 1 file, 1 hunk in 1 group/u);
    const runId = /^Run (\S+) completed/mu.exec(stdout)?.[1] ?? '';
    assert.ok(stdout.includes(`muster accept ${runId} --all`), stdout);
    const quiet = await (await test.bed.startScript(source, api, '--quiet')).ended;
    assert.deepEqual([quiet.exitCode, quiet.stdout, quiet.stderr], [0, '', '']);
  });

  it('applies at the end when it is told to', async () => {
    await test.bed.useSample();
    const before = await fingerprint(test.bed.workspace);
    const api = await test.bed.startModel(obey);
    const source = workflow(`await ${agentThatEdits(edit)};`);
    const running = await test.bed.startScript(source, api, '--json', '--accept', 'all');
    const { stdout, exitCode } = await running.ended;
    assert.equal(exitCode, 0);
    readEnd(stdout);
    const now = await fingerprint(test.bed.workspace);
    const changed = Object.keys(now).filter((name) => now[name] !== before[name]);
    assert.deepEqual(changed, [edit.path]);
  });
});
