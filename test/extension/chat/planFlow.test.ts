import assert from 'node:assert/strict';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { pressRun, putPlan, useChat } from '../support/chatBench.ts';
import { outline } from '../support/outline.ts';
import { sampleCheck, sampleEstimate, sampleRun } from '../support/samples.ts';

describe('a plan card', () => {
  const { settings, start } = useChat();

  it('runs an approved plan and follows the run', async () => {
    const { controller, conversation, host } = start({ 'run.start': () => ({ runId: 'r1' }) });
    putPlan(conversation);
    await controller.handle(pressRun());
    assert.deepEqual(host.requests.at(-1)?.params, {
      request: 'Modernise lib',
      script: 'original script',
      argsJson: null,
      limits: DEFAULT_RUN_LIMITS,
      approvedCommands: ['npm test'],
      unsandboxed: false,
      allowedCommands: ['npm *'],
      setupCommand: null,
      requiredCommands: [],
    });
    host.notify('runs.changed', { run: sampleRun() });
    host.notify('runs.changed', { run: sampleRun({ state: 'completed' }) });
    host.notify('runs.changed', { run: sampleRun({ runId: 'of-another-window' }) });
    assert.deepEqual(outline(conversation), ['plan: approved', 'run: r1 completed']);
  });

  it('hands the estimate of the plan to the run, for its report', async () => {
    const { controller, conversation, host } = start({ 'run.start': () => ({ runId: 'r1' }) });
    const estimate = sampleEstimate();
    putPlan(conversation, { estimate });
    await controller.handle(pressRun());
    assert.partialDeepStrictEqual(host.requests.at(-1)?.params, { estimate });
  });

  it('estimates the script as it stands in the editor, and runs nothing', async () => {
    const check = sampleCheck({ scriptSha256: 'edited' });
    const { controller, conversation, host } = start({
      'plan.estimate': () => ({ check, estimate: null }),
    });
    putPlan(conversation);
    settings.editorScript = 'edited script';
    await controller.handle({ ...pressRun(), action: 'dryRun' });
    assert.deepEqual(host.requests.at(-1)?.params, {
      script: 'edited script',
      argsJson: null,
      limits: DEFAULT_RUN_LIMITS,
    });
    const [item] = conversation.items;
    assert.ok(item?.type === 'plan');
    assert.deepEqual([item.status, item.plan.script], ['awaitingApproval', 'edited script']);
    assert.equal(item.plan.check.scriptSha256, 'edited');
    assert.deepEqual(host.methods, ['plan.estimate']);
  });

  it('starts one run for two clicks', async () => {
    const { controller, conversation, host } = start({ 'run.start': () => ({ runId: 'r1' }) });
    putPlan(conversation);
    await Promise.all([controller.handle(pressRun()), controller.handle(pressRun())]);
    await controller.handle(pressRun());
    assert.deepEqual(host.methods, ['run.start']);
  });

  it('runs what the user edited, after a check', async () => {
    settings.editorScript = 'edited script';
    const { controller, conversation, host } = start({
      'script.check': () => sampleCheck(),
      'run.start': () => ({ runId: 'r1' }),
    });
    putPlan(conversation);
    await controller.handle(pressRun());
    assert.deepEqual(host.methods, ['script.check', 'run.start']);
    assert.match(JSON.stringify(host.requests.at(-1)?.params), /edited script/u);
  });

  it('refuses an edited script with errors and names them', async () => {
    settings.editorScript = 'broken';
    const diagnostic = { severity: 'error', code: 'parse', line: 3, column: 1 } as const;
    const { controller, conversation, host } = start({
      'script.check': () =>
        sampleCheck({
          ok: false,
          diagnostics: [{ ...diagnostic, message: 'Unexpected token.', fix: 'Remove it.' }],
        }),
    });
    putPlan(conversation);
    await controller.handle(pressRun());
    assert.deepEqual(host.methods, ['script.check']);
    assert.deepEqual(outline(conversation), [
      'plan: awaitingApproval',
      'problem: The script did not pass the check. Nothing ran.\n- 3:1 Unexpected token. Remove it.',
    ]);
  });

  it('shows an edited script’s new commands before it runs them', async () => {
    settings.editorScript = 'edited';
    const { controller, conversation, host } = start({
      'script.check': () => sampleCheck({ commands: ['npm test', 'make'] }),
      'run.start': () => ({ runId: 'r1' }),
    });
    putPlan(conversation);
    await controller.handle(pressRun());
    assert.deepEqual(host.methods, ['script.check']);
    await controller.handle(pressRun());
    assert.deepEqual(host.methods, ['script.check', 'run.start']);
  });

  it('hands on whether the user allowed commands without a sandbox', async () => {
    const { controller, conversation, host } = start({ 'run.start': () => ({ runId: 'r1' }) });
    putPlan(conversation, { needsUnsandboxedConsent: true });
    await controller.handle({ ...pressRun(), unsandboxed: true });
    assert.match(JSON.stringify(host.requests), /"unsandboxed":true/u);
  });
});
