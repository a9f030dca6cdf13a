import assert from 'node:assert/strict';
import { useChat } from '../support/chatBench.ts';
import { outline } from '../support/outline.ts';
import { sampleGate, sampleRun } from '../support/samples.ts';

describe('a chat that a run asks', () => {
  const { start } = useChat();

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
