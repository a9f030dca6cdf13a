import assert from 'node:assert/strict';
import { settled } from '../../support/fakeClock.ts';
import { HeldModel, ModelByPrompt } from '../../support/fakeModels.ts';
import { RunBench } from '../../support/runBench.ts';
import { callTool, fail, say } from '../../support/scriptedModel.ts';

const edit = (from: string, to: string) =>
  callTool('edit_file', { path: 'a.ts', old_text: from, new_text: to });

describe('The end of a run', () => {
  it('is completed, with a sentence, when nothing was started', async () => {
    const ended = await new RunBench({ model: new ModelByPrompt({}) }).run();
    const { status, reason, verdict, result, error } = ended;
    assert.deepEqual(
      { status, reason, verdict, result, error },
      {
        status: 'completed',
        verdict: 'unverified',
        error: null,
        reason: 'No agents started, so nothing was changed.',
        result: { type: 'inline', json: 'null' },
      },
    );
  });

  it('is failed when the script throws, with its position; what agents did is kept', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [edit('one', 'ONE'), say('ok')] }),
      script: async (api) => {
        await api.agent('a');
        throw new Error('enough');
      },
    });
    const ended = await bench.run();
    assert.equal(ended.status, 'failed');
    assert.deepEqual(ended.error, { code: 'script_error', message: 'enough (line 1, column 1)' });
    assert.equal(ended.proposals.files, 1);
  });

  it('is failed when agents started and none was ok', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [fail('model_auth')], b: [fail('model_auth')] }),
      script: async (api) => Promise.all([api.agent('a'), api.agent('b')]),
    });
    const ended = await bench.run();
    assert.deepEqual(
      [ended.status, ended.error?.message, ended.result],
      ['failed', 'None of 2 agents succeeded.', null],
    );
  });

  it('stops agents that nobody waits for, and journals them', async () => {
    const model = new HeldModel();
    const bench = new RunBench({
      model,
      script: async (api) => {
        void api.agent('left behind');
        void api.agent('in line');
        await api.read('a.ts');
        return 'done';
      },
      limits: { concurrency: 1 },
    });
    const ended = await bench.run();
    assert.deepEqual([ended.status, ended.agents.cancelled], ['failed', 2]);
    assert.deepEqual(
      bench.ofType('agent.ended').map(({ outcome }) => outcome),
      ['cancelled', 'cancelled'],
    );
  });

  it('stops agents that nobody waits for while their schema is being compiled', async () => {
    const bench = new RunBench({
      model: new HeldModel(),
      script: (api) => {
        void api.agent('a', { schema: { type: 'object' } });
        return Promise.resolve('done');
      },
    });
    assert.equal((await bench.run()).status, 'completed');
  });

  it('does not wait for timers', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      script: (api) => {
        api.startTimer(1e9);
        return Promise.resolve(1);
      },
    });
    assert.equal((await bench.run()).status, 'completed');
    assert.deepEqual(bench.ofType('timer.fired'), []);
  });

  it('comes as a rejection when the journal cannot be written, and not as a wait for ever', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({ a: [say('x')] }),
      script: (api) => api.agent('a'),
    });
    bench.store.failAt = 'agent.ended';
    await assert.rejects(bench.engine.execute(), /ENOSPC/u);
  });
});

describe('Timers of a script', () => {
  it('fire when the clock says so, each after its entry in the journal', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      script: async (api) => {
        await Promise.all([api.timer(300), api.timer(100)]);
        return api.answers.map((answer) => answer.callId);
      },
    });
    const run = bench.run();
    await settled();
    await bench.clock.advance(300);
    assert.deepEqual((await run).result, { type: 'inline', json: '[2,1]' });
    assert.deepEqual(
      bench.ofType('timer.fired').map(({ callId }) => callId),
      [2, 1],
    );
  });

  it('do not fire after they were cancelled', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      script: async (api) => {
        api.cancelTimer(api.startTimer(100));
        return api.timer(200);
      },
    });
    const run = bench.run();
    await settled();
    await bench.clock.advance(200);
    await run;
    assert.deepEqual(
      bench.ofType('timer.fired').map(({ callId }) => callId),
      [2],
    );
  });
});

describe('What a script says', () => {
  it('is kept up to 1,000 log lines; the rest is counted', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      script: (api) => {
        for (let index = 1; index <= 1500; index += 1) api.log(`line ${index}`);
        return Promise.resolve(1);
      },
    });
    await bench.run();
    const logs = bench.ofType('log');
    assert.deepEqual(
      [logs.length, logs[999]?.message, logs[1000]?.message],
      [1001, 'line 1000', '500 more log lines are not kept.'],
    );
    const { view } = bench.engine;
    assert.deepEqual([view.logs.length, view.droppedLogs], [1000, 500]);
  });

  it('is cut when a line or a title is very long', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      script: (api) => {
        api.log('x'.repeat(5000));
        api.phase('y'.repeat(5000));
        return Promise.resolve(1);
      },
    });
    await bench.run();
    assert.match(bench.ofType('log')[0]?.message ?? '', /^x{2000}… \[3000 more characters\]$/u);
    assert.match(bench.ofType('phase.started')[0]?.title ?? '', /^y{2000}…/u);
  });

  it('cannot fill the journal with phases', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      script: (api) => {
        for (let index = 0; index < 3000; index += 1) api.phase(`phase ${index}`);
        for (let index = 0; index < 3000; index += 1) api.phase('phase 1');
        return Promise.resolve(1);
      },
    });
    await bench.run();
    const phases = bench.ofType('phase.started');
    assert.ok(phases.length <= 1000, `${phases.length} phases`);
    assert.equal(new Set(phases.map(({ title }) => title)).size, phases.length);
    assert.equal(bench.ofType('log').length, 1);
  });
});

describe('What a script reads', () => {
  it('is the snapshot, without what is protected', async () => {
    const files = {
      'a.ts': 'text',
      '.env': 'SECRET=1',
      'x.bin': new Uint8Array([0, 1]),
      'bom.ts': '\ufeffa\r\nb\r\n',
    };
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      files,
      script: async (api) => {
        const paths = ['a.ts', 'bom.ts', './a.ts', 'gone', '.env', 'x.bin', '../x', 7];
        return Promise.all(
          paths.map(async (path) => {
            const answer = await api.read(path);
            return answer.type === 'value' ? answer.json : answer.error.message;
          }),
        );
      },
    });
    const { result } = await bench.run();
    const read = (result?.type === 'inline' ? JSON.parse(result.json) : []) as string[];
    assert.deepEqual(read.slice(0, 6), [
      '"text"',
      '"a\\nb\\n"',
      '"text"',
      'read(): there is no file "gone" in the snapshot.',
      'read(): there is no file ".env" in the snapshot.',
      'read(): "x.bin" is not text.',
    ]);
    assert.match(read[6] ?? '', /^read\(\): Cannot use the path "\.\.\/x"/u);
    assert.equal(read[7], 'read() needs a path, a string.');
  });
});
