import assert from 'node:assert/strict';
import type { Json } from '../../../../src/base/json.ts';
import { settled } from '../../../support/fakeClock.ts';
import { HeldModel, ModelByPrompt } from '../../../support/fakeModels.ts';
import type { ScriptApi } from '../../../support/functionScript.ts';
import { RunBench } from '../../../support/runBench.ts';

const noModel = new ModelByPrompt({});
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await settled();
  }
};
const ask = (
  script: (api: ScriptApi) => Promise<Json>,
  onGate: 'wait' | 'stop' | 'approve' | 'reject' = 'wait',
) => new RunBench({ model: noModel, script, config: { onGate } });

describe('A gate', () => {
  it('asks, waits, and hands the answer to the script', async () => {
    const bench = ask((api) => api.gate('Ship it?', { files: 3 }));
    const run = bench.run();
    await turns();
    const { gates, state, pauseReason, stateMessage } = bench.engine.view;
    assert.deepEqual([state, pauseReason, stateMessage], ['paused', 'gate', 'Ship it?']);
    assert.deepEqual([gates[0]?.question, gates[0]?.details], ['Ship it?', '{\n  "files": 3\n}']);
    bench.engine.control({ action: 'answerGate', gateId: 1, approved: true, note: 'do' });
    const { result, status } = await run;
    assert.deepEqual(result, { type: 'inline', json: '{"approved":true,"note":"do"}' });
    assert.equal(status, 'completed');
    assert.equal(bench.engine.view.gates[0]?.approved, true);
  });

  it('lets other branches go on, and the run says that it waits only when they are done', async () => {
    const model = new HeldModel();
    const bench = new RunBench({
      model,
      script: (api) => Promise.all([api.gate('Ship it?'), api.agent('a')]),
    });
    const run = bench.run();
    await turns();
    assert.equal(bench.engine.view.state, 'running');
    model.answerAll();
    await turns();
    assert.equal(bench.engine.view.pauseReason, 'gate');
    bench.engine.control({ action: 'answerGate', gateId: 1, approved: false, note: '' });
    bench.engine.control({ action: 'answerGate', gateId: 1, approved: true, note: 'too late' });
    assert.deepEqual((await run).result, {
      type: 'inline',
      json: '[{"approved":false,"note":""},"done"]',
    });
    assert.equal(bench.ofType('gate.answered').length, 1);
  });

  it('that nobody answers in its time takes the answer that the script named', async () => {
    const both = (api: ScriptApi) =>
      Promise.all([
        api.gate('one', { timeoutMs: 1000, onTimeout: 'approve' }),
        api.gate('two', { timeoutMs: 2000 }),
      ]);
    const bench = ask(both);
    const run = bench.run();
    await turns();
    await bench.clock.advance(2000);
    const { result } = await run;
    const answers = JSON.parse(result?.type === 'inline' ? result.json : '[]') as Json[];
    assert.deepEqual(answers, [
      { approved: true, note: 'Nobody answered within 1 s.' },
      { approved: false, note: 'Nobody answered within 2 s.' },
    ]);
  });

  it('takes an answer that was given before the run', async () => {
    for (const onGate of ['approve', 'reject'] as const) {
      const bench = ask((api) => api.gate('Ship it?'), onGate);
      const { result } = await bench.run();
      const approved = String(onGate === 'approve');
      assert.deepEqual(result, { type: 'inline', json: `{"approved":${approved},"note":""}` });
    }
  });

  it('stops the run resumable where nobody is there, when nothing else is left to do', async () => {
    const ended = await ask((api) => api.gate('Ship it?'), 'stop').run();
    assert.deepEqual([ended.status, ended.pauseReason], ['paused', 'gate']);
    assert.match(ended.reason ?? '', /Ship it\?/u);
  });

  it('does not use up the minutes of the run', async () => {
    const bench = new RunBench({
      model: noModel,
      limits: { maxMinutes: 1 },
      script: (api) => api.gate('Ship it?'),
    });
    const run = bench.run();
    await turns();
    await bench.clock.advance(60 * 60_000);
    assert.equal(bench.engine.view.pauseReason, 'gate');
    bench.engine.control({ action: 'answerGate', gateId: 1, approved: true, note: '' });
    assert.equal((await run).status, 'completed');
  });

  it('is over when the run is cancelled', async () => {
    const bench = ask((api) => api.gate('Ship it?', { timeoutMs: 5000 }));
    const run = bench.run();
    await turns();
    bench.engine.control({ action: 'cancel' });
    assert.equal((await run).status, 'cancelled');
  });

  it('tolerates any question and any details', async () => {
    const script = async (api: ScriptApi) => [
      await api.gate(null),
      await api.gate({ a: 1 }, ['x']),
      await api.gate('same', 'text'),
      await api.gate('same', 'text'),
    ];
    const bench = ask(script, 'approve');
    assert.equal((await bench.run()).status, 'completed');
    const asked = bench
      .ofType('gate.opened')
      .map((gate) => [gate.question, gate.details, gate.occurrence]);
    assert.deepEqual(asked, [
      ['Go on?', '', 0],
      ['{"a":1}', '[\n  "x"\n]', 0],
      ['same', 'text', 0],
      ['same', 'text', 1],
    ]);
  });
});
