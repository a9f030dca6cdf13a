import assert from 'node:assert/strict';
import { hasNoChange } from '../../../src/protocol/view/noChange.ts';
import type { RunEvent } from '../../../src/protocol/events/runEvents.ts';
import { reduceRunEvents } from '../../../src/protocol/view/reduceRun.ts';
import { settled } from '../../support/fakeClock.ts';
import { HeldModel, ModelByPrompt } from '../../support/fakeModels.ts';
import { assertGolden } from '../../support/golden.ts';
import { RunBench } from '../../support/runBench.ts';
import { callTool, fail, hang, say } from '../../support/scriptedModel.ts';

const edit = (from: string, to: string) =>
  callTool('edit_file', { path: 'a.ts', old_text: from, new_text: to });

function showEvents(events: readonly RunEvent[]): string {
  const hashes = new Map<string, string>();
  const name = (hash: string): string => {
    if (!hashes.has(hash)) hashes.set(hash, `<hash-${hashes.size + 1}>`);
    return hashes.get(hash) ?? '';
  };
  const lines = events.map((event) => JSON.stringify(event).replace(/[0-9a-f]{64}/gu, name));
  return `${lines.join('\n')}\n`;
}

describe('The events of a run', () => {
  it('come in one order, which a golden file keeps', async () => {
    const model = new ModelByPrompt({
      'change two': [edit('two', 'TWO'), say('changed')],
      look: [say('seen')],
    });
    const bench = new RunBench({
      model,
      config: { approvedCommands: ['npm test'] },
      script: async (api) => {
        api.phase('Fix');
        api.log('going');
        await api.agent('change two', { label: 'two', group: 'Numbers' });
        await api.timer(50);
        await api.verify('npm test');
        return [await api.agent('look', { phase: 'Check' })];
      },
    });
    const ended = bench.run();
    await settled();
    await bench.clock.advance(50);
    await ended;
    model.assertDone();
    assertGolden(new URL('golden/oneRun.jsonl', import.meta.url), showEvents(bench.events));
  });

  it('tell whether a call named what it is to change', async () => {
    const model = new ModelByPrompt(
      Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((prompt) => [prompt, [say(prompt)]])),
    );
    const bench = new RunBench({
      model,
      script: async (api) => [
        await api.agent('a'),
        await api.agent('b', { writes: ['lib/**'] }),
        await api.agent('c', { writes: [] }),
        await api.agent('d', { tools: ['read_file', 'edit_file'] }),
        await api.agent('e', { tools: ['read_file'] }),
      ],
    });
    await bench.run();
    const queued = bench.ofType('agent.queued').map(({ expectsEdits }) => expectsEdits);
    assert.deepEqual(queued, [undefined, true, undefined, true, undefined]);
    assert.deepEqual(bench.engine.view.agents.map(hasNoChange), [false, true, false, true, false]);
  });

  it('are numbered without a gap, and folding them gives the view that was shown', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [say('1')], b: [say('2')] }),
      script: async (api) => Promise.all([api.agent('a'), api.agent('b')]),
    });
    await bench.run();
    assert.deepEqual(
      bench.events.map((event) => event.seq),
      bench.events.map((_, index) => index + 1),
    );
    const shown = bench.shown.filter((event) => 'seq' in event);
    assert.deepEqual(shown, bench.events);
    assert.deepEqual(reduceRunEvents(null, bench.shown), bench.engine.view);
  });

  it('reserve an agent before its first request', async () => {
    const model = new HeldModel();
    const bench = new RunBench({ model, script: (api) => api.agent('a') });
    const run = bench.run();
    await settled();
    assert.deepEqual(
      bench.events.map((event) => event.type),
      ['run.started', 'agent.queued', 'agent.started'],
    );
    assert.equal(model.open.length, 1);
    model.answerAll();
    await run;
  });

  it('stand in the journal before the script sees them', async () => {
    const bench: RunBench = new RunBench({
      model: new ModelByPrompt({ a: [say('x')] }),
      script: async (api) => {
        await api.agent('a');
        return bench.ofType('agent.ended').length;
      },
    });
    assert.deepEqual((await bench.run()).result, { type: 'inline', json: '1' });
  });

  it('hold a large value as a blob', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [say('x'.repeat(9000))] }),
      script: (api) => api.agent('a'),
    });
    const { result } = await bench.run();
    const value = bench.ofType('agent.ended')[0]?.value;
    assert.equal(result?.type, 'blob');
    assert.deepEqual(value, result);
    assert.equal(bench.store.contents.get(value.sha256)?.length, 9002);
  });
});

describe('What agent() gives the script', () => {
  it('is null on failure, with the cause in the journal', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ bad: [fail('model_auth')], good: [say('ok')] }),
      script: async (api) => [await api.agent('bad'), await api.agent('good')],
    });
    const ended = await bench.run();
    assert.deepEqual(ended.result, { type: 'inline', json: '[null,"ok"]' });
    assert.deepEqual(bench.ofType('agent.ended')[0]?.error, {
      code: 'model_auth',
      message: 'scripted model_auth',
    });
    assert.deepEqual(ended.agents, { ok: 1, failed: 1, skipped: 0, cancelled: 0, cached: 0 });
  });

  it('says more through agent.outcome()', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ bad: [fail('model_refused')], good: [say('ok')] }),
      script: async (api) => [await api.outcome('bad'), await api.outcome('good')],
    });
    const { result } = await bench.run();
    assert.deepEqual(result?.type === 'inline' && JSON.parse(result.json), [
      { status: 'failed', error: { code: 'model_refused', message: 'scripted model_refused' } },
      { status: 'ok', value: 'ok' },
    ]);
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['nothing', [null, null], 'agent_prompt_invalid'],
    ['an empty string', ['', null], 'agent_prompt_invalid'],
    ['white space', [' \n', null], 'agent_prompt_invalid'],
    ['a number', [7, null], 'agent_prompt_invalid'],
    ['an object', [{}, null], 'agent_prompt_invalid'],
    ['an option of the wrong type', ['a', { maxTurns: -1 }], 'agent_options_invalid'],
    ['what is no pair at all', 7, 'agent_prompt_invalid'],
  ];
  for (const [title, params, code] of wrong) {
    it(`is null for ${title}, and the run goes on`, async () => {
      const bench = new RunBench({
        model: new ModelByPrompt({ good: [say('ok')] }),
        script: async (api) => {
          const call = {
            method: 'agent',
            phase: null,
            outcome: true,
            child: null,
            problem: null,
          } as const;
          const first = await api.raw({ ...call, params: JSON.stringify(params) });
          return [first, await api.agent('good')];
        },
      });
      const { result } = await bench.run();
      const [first, second] = (result?.type === 'inline' ? JSON.parse(result.json) : []) as {
        error?: { code: string };
      }[];
      assert.deepEqual([first?.error?.code, second], [code, 'ok']);
    });
  }

  it('is a failure for a "__proto__" key, and the run goes on', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ good: [say('ok')] }),
      script: async (api) => {
        const params = '["a",{"__proto__":{"x":1}}]';
        const call = {
          method: 'agent',
          phase: null,
          outcome: true,
          child: null,
          problem: null,
        } as const;
        const first = await api.raw({ ...call, params });
        const second = await api
          .raw({ method: 'verify', params: '{"__proto__":1}', phase: null })
          .catch(String);
        return [first, second, await api.agent('good')];
      },
    });
    const { result } = await bench.run();
    const json = result?.type === 'inline' ? result.json : '';
    assert.match(json, /agent_options_invalid.*__proto__.*verify\(\) needs a command.*ok/u);
  });

  it('throws for an unknown agent type and for a schema that cannot be compiled', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      script: async (api) => [
        await api.agent('a', { agentType: 'wizard' }).catch(String),
        await api.agent('a', { schema: { type: 'nonsense' } }).catch(String),
      ],
    });
    const { result } = await bench.run();
    const said = (result?.type === 'inline' ? JSON.parse(result.json) : []) as string[];
    assert.match(
      said[0] ?? '',
      /^Error: Agent type "wizard" not found\. There are: general-purpose/u,
    );
    assert.match(said[1] ?? '', /^Error: agent\(\): The schema cannot be compiled/u);
    assert.deepEqual(bench.ofType('agent.queued'), []);
  });

  it('counts equal calls as new agents', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [say('1'), say('2')] }),
      script: async (api) => [await api.agent('a', { label: 'x' }), await api.agent('a')],
    });
    await bench.run();
    const queued = bench.ofType('agent.queued');
    assert.deepEqual(
      queued.map(({ agentId, occurrence, label }) => [agentId, occurrence, label]),
      [
        [1, 0, 'x'],
        [2, 1, 'a'],
      ],
    );
    assert.equal(queued[0]?.contentKey, queued[1]?.contentKey);
  });

  it('warns once of each unknown option', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [say('1'), say('2')] }),
      script: async (api) => [
        await api.agent('a', { colour: 'red', mood: 1 }),
        await api.agent('a', { colour: 'blue' }),
      ],
    });
    await bench.run();
    assert.deepEqual(
      bench.ofType('log').map(({ level, message }) => `${level}: ${message}`),
      ['colour', 'mood'].map(
        (key) => `warning: agent() does not carry out the option "${key}"; it is ignored.`,
      ),
    );
  });
});

describe('Attempts of an agent', () => {
  const failing = callTool('read_file', { path: 'gone.ts' });

  it('start anew after a failure that another attempt may not have', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [failing, failing, failing, say('at last')] }),
      script: (api) => api.agent('a'),
    });
    const ended = await bench.run();
    assert.deepEqual(ended.result, { type: 'inline', json: '"at last"' });
    assert.deepEqual(
      bench.ofType('agent.started').map(({ attempt }) => attempt),
      [1, 2],
    );
    // What the failed attempt used was used.
    assert.equal(ended.usage.outputTokens, 20);
  });

  it('are as many as `retries` allows and one', async () => {
    for (const [retries, attempts] of [
      [0, 1],
      [1, 2],
      [null, 3],
    ] as const) {
      const steps = Array.from({ length: 3 * attempts }, () => failing);
      const model = new ModelByPrompt({ a: steps });
      const bench = new RunBench({ model, script: (api) => api.agent('a', { retries }) });
      await bench.run();
      model.assertDone();
      assert.equal(bench.ofType('agent.started').length, attempts);
      assert.equal(bench.ofType('agent.ended')[0]?.error?.code, 'identical_failures');
    }
  });

  it('throw away the edits of a failed one', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({
        a: [edit('one', 'lost'), failing, failing, failing, edit('two', 'kept'), say('ok')],
      }),
      script: (api) => api.agent('a'),
    });
    await bench.run();
    const bytes = bench.engine.tree.changes().get('a.ts')?.bytes;
    assert.equal(Buffer.from(bytes ?? []).toString(), 'one\nkept\nthree\n');
  });

  it('end with the time that the agent has', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [hang()] }),
      script: (api) => api.outcome('a', { timeoutMs: 5000 }),
    });
    const run = bench.run();
    await settled();
    await bench.clock.advance(5000);
    await run;
    const [end] = bench.ofType('agent.ended');
    assert.deepEqual([end?.outcome, end?.error?.code], ['failed', 'agent_timeout']);
    assert.equal(bench.ofType('agent.started').length, 1);
  });
});
