import assert from 'node:assert/strict';
import { createDeferred } from '../../../src/base/deferred.ts';
import type { Json } from '../../../src/base/json.ts';
import {
  openSandbox,
  runBody,
  ScriptedHost,
  settle,
  throwing,
  valueOf,
  type Answer,
  type HostScript,
  type RunOptions,
} from '../support/sandbox.ts';

const runner = openSandbox({ computeMs: 5000 });
after(() => runner.dispose());

/** Runs a body and compares its value, or its failure. */
async function check(
  body: string,
  expected: unknown,
  answers: HostScript = {},
  options: RunOptions = {},
): Promise<ScriptedHost> {
  const host = new ScriptedHost(answers);
  assert.deepEqual(valueOf(await runBody(runner, body, host, options)), expected);
  return host;
}

describe('agent() in the sandbox', () => {
  it('sends prompt, options and the present phase, and resolves with the value', async () => {
    const host = await check(
      `phase('Find'); const a = await agent('look', { label: 'x', schema: { type: 'object' } });
       return [a, await agent.outcome('again')]`,
      [{ n: 1 }, { status: 'ok', value: 2 }],
      { agent: ({ outcome }) => settle(outcome ? { status: 'ok', value: 2 } : { n: 1 }) },
    );
    assert.deepEqual(host.agents, [
      {
        prompt: 'look',
        options: { label: 'x', schema: { type: 'object' } },
        phase: 'Find',
        outcome: false,
      },
      { prompt: 'again', options: null, phase: 'Find', outcome: true },
    ]);
  });

  it('starts at the call, before anything is awaited', async () => {
    const host = await check(
      `const all = [agent('a'), agent('b'), agent('c')]; return (await Promise.all(all)).length`,
      3,
    );
    assert.deepEqual(
      host.agents.map(({ prompt }) => prompt),
      ['a', 'b', 'c'],
    );
  });

  it('returns a genuine promise that can be raced and chained', () =>
    check(
      `const p = agent('a'); const isNative = p instanceof Promise && p.constructor === Promise;
       return [isNative, await Promise.race([p, agent('never')]), await p.then((x) => x + '!')]`,
      [true, 'A', 'A!'],
      { agent: ({ prompt }) => (prompt === 'a' ? settle('A') : { type: 'never' }) },
    ));

  it('gives equal calls answers of their own', () => {
    let count = 0;
    return check(`return [await agent('same'), await agent('same')]`, [1, 2], {
      agent: () => settle((count += 1)),
    });
  });

  it('passes prompts that are no strings on, so that the host can say why', async () => {
    const host = await check(
      `await agent(); await agent(null); await agent({ a: 1 }); await agent(''); await agent(7)`,
      null,
    );
    assert.deepEqual(
      host.agents.map(({ prompt }) => prompt),
      [null, null, { a: 1 }, '', 7],
    );
  });

  it('sends null for a prompt that JSON has no text for', async () => {
    const host = await check(`await agent(() => 1, Symbol('x'))`, null);
    assert.deepEqual([host.agents[0]?.prompt, host.agents[0]?.options], [null, null]);
  });

  it('rejects with what the host says, as an Error with its name', () =>
    check(
      `try { await agent('a') } catch (e) { return [e instanceof Error, e.name, e.message] }`,
      [true, 'Error', 'Agent type "x" not found.'],
      { agent: () => throwing({ name: 'Error', message: 'Agent type "x" not found.' }) },
    ));

  it('neither throws nor rejects for options that refer back to themselves: the host makes it null', async () => {
    const host = await check(`const o = {}; o.o = o; await agent('a', o); return 1`, 1);
    assert.deepEqual([host.agents.length, host.agents[0]?.options], [1, null]);
  });

  it('refuses more than 4 MiB with a sentence, and goes on', () =>
    check(
      `let said; try { await agent('x'.repeat(4 * 1024 * 1024)) } catch (e) { said = e.message }
       return [said, await agent('small')]`,
      [
        'The prompt and options of agent() is larger than 4194304 characters of JSON.',
        'did "small"',
      ],
    ));

  it('carries almost 4 MiB there and back', () =>
    check(
      `const big = 'x'.repeat(4 * 1024 * 1024 - 100); return (await agent(big)).length`,
      4 * 1024 * 1024 - 100,
      { agent: ({ prompt }) => settle(prompt) },
    ));

  it('carries every character of Unicode both ways', () =>
    check(`return await agent('é😀\\u0000\\u2028“”')`, 'é😀\u0000\u2028“”', {
      agent: ({ prompt }) => settle(prompt),
    }));
});

describe('parallel() in the sandbox', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    [
      'keeps the order',
      `return parallel([() => agent('a'), () => 2, async () => 3])`,
      ['did "a"', 2, 3],
    ],
    ['is [] for []', `return parallel([])`, []],
    [
      'puts null where a thunk rejects or throws',
      `return parallel([() => { throw new Error('x') }, async () => { throw 1 }, () => 'ok'])`,
      [null, null, 'ok'],
    ],
    [
      'bounds one call by concurrency',
      `let now = 0, most = 0;
       const work = async () => { most = Math.max(most, ++now); await agent('a'); now-- };
       await parallel(Array(9).fill(work), { concurrency: 2 }); return most`,
      2,
    ],
    [
      'starts all of them without concurrency',
      `let now = 0, most = 0;
       const work = async () => { most = Math.max(most, ++now); await agent('a'); now-- };
       await parallel(Array(9).fill(work)); return most`,
      9,
    ],
    ['takes 4096 items', `return (await parallel(Array(4096).fill(() => 1))).length`, 4096],
    [
      'refuses 4097 items',
      `try { await parallel(Array(4097).fill(() => 1)) } catch (e) { return e.message }`,
      'parallel() takes at most 4096 items, not 4097.',
    ],
    [
      'refuses what is not an array',
      `try { await parallel({ length: 1 }) } catch (e) { return e.message }`,
      'parallel() needs an array, not {"length":1}.',
    ],
    [
      'names the index of a promise and says what to write',
      `try { await parallel([() => 1, agent('a')]) } catch (e) { return e.message }`,
      'parallel[1] must be a function, not a promise; wrap the call: () => agent(…).',
    ],
    [
      'names the index of anything else',
      `try { await parallel([() => 1, null]) } catch (e) { return e.message }`,
      'parallel[1] must be a function, not null.',
    ],
    [
      'ignores a concurrency that is no number',
      `return parallel([() => 1], { concurrency: 'x' })`,
      [1],
    ],
  ];
  for (const [title, body, expected] of cases)
    it(title, () => check(body, expected).then(() => undefined));

  it('logs what failed', async () => {
    const body = `await parallel([() => 1, () => { throw new TypeError('bad') }]); await agent('end')`;
    assert.deepEqual((await check(body, null)).logs, ['info: parallel[1] failed: TypeError: bad']);
  });

  it('rejects for a limit and for a cancellation', async () => {
    for (const name of ['WorkflowLimitError', 'WorkflowCancelledError']) {
      const error = { name, message: 'no more', limit: 'maxAgents', value: 3 };
      const expected = name === 'WorkflowLimitError' ? [name, 'maxAgents', 3] : [name, null, null];
      await check(
        `try { await parallel([() => agent('a')]) } catch (e) { return [e.name, e.limit ?? null, e.value ?? null] }`,
        expected,
        { agent: () => throwing(error) },
      );
    }
  });
});

describe('pipeline() in the sandbox', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    [
      'hands previous, item and index to each stage',
      `return pipeline(['a', 'b'], (p, item, i) => [p, item, i], async (p, item, i) => [...p, item, i])`,
      [
        ['a', 'a', 0, 'a', 0],
        ['b', 'b', 1, 'b', 1],
      ],
    ],
    ['is [] for []', `return pipeline([], (x) => x)`, []],
    ['returns the items without a stage', `return pipeline([1, 2])`, [1, 2]],
    [
      'puts null where a stage throws and skips the later ones',
      `const seen = []; const r = await pipeline([1, 2], (x) => { if (x === 1) throw new Error('x'); return x }, (x) => { seen.push(x); return x * 10 }); return [r, seen]`,
      [[null, 20], [2]],
    ],
    [
      'goes on after a stage that returned null',
      `return pipeline([1], () => null, (p) => String(p))`,
      ['null'],
    ],
    [
      'has no barrier between stages',
      `const order = [];
       await pipeline(['slow', 'fast'], async (x) => { order.push('1' + x); if (x === 'slow') { await agent('a'); await agent('b') } },
         (_, x) => { order.push('2' + x) });
       return order`,
      ['1slow', '1fast', '2fast', '2slow'],
    ],
    [
      'takes parallel() as a stage',
      `return pipeline([1], (x) => parallel([() => x, () => x + 1]))`,
      [[1, 2]],
    ],
    [
      'refuses a stage that is no function',
      `try { await pipeline([1], (x) => x, 'y') } catch (e) { return e.message }`,
      'pipeline stage [2] must be a function, not y.',
    ],
    [
      'refuses 4097 items',
      `try { await pipeline(Array(4097).fill(0), (x) => x) } catch (e) { return e.message }`,
      'pipeline() takes at most 4096 items, not 4097.',
    ],
  ];
  for (const [title, body, expected] of cases)
    it(title, () => check(body, expected).then(() => undefined));

  it('logs what failed', async () => {
    const body = `await pipeline([1], () => { throw 'text' }); await agent('end')`;
    assert.deepEqual((await check(body, null)).logs, ['info: pipeline[0] failed: text']);
  });
});

describe('phase(), log() and console', () => {
  it('tolerate what is not a string', async () => {
    const host = await check(
      `phase({ a: 1 }); phase(); log(undefined, null, { a: 1 }, 1n, Symbol('s'), new Error('e')); log();
       console.log('l'); console.warn('w'); console.error('e'); console.info('i'); console.debug('d');
       await agent('end')`,
      null,
    );
    assert.deepEqual(host.phases, ['{"a":1}']);
    assert.deepEqual(host.logs, [
      'info: undefined null {"a":1} 1 Symbol(s) Error: e',
      'info: ',
      'info: l',
      'warning: w',
      'warning: e',
      'info: i',
      'info: d',
    ]);
  });

  it('arrive also when the script returns at once', async () => {
    for (let round = 0; round < 40; round += 1) {
      const host = await check(`log('last'); agent('nobody waits'); return 1`, 1);
      assert.deepEqual([host.logs, host.agents.length], [['info: last'], 1], `round ${round}`);
    }
  });

  it('cut very long lines inside the sandbox', async () => {
    const host = await check(
      `log('x'.repeat(1e6)); phase('y'.repeat(1e6)); await agent('end')`,
      null,
    );
    assert.match(host.logs[0] ?? '', /^info: x{16384}… \[983616 more characters\]$/u);
    assert.match(host.phases[0] ?? '', /^y{16384}… \[983616 more characters\]$/u);
  });
});

describe('args', () => {
  const values: readonly Json[] = [
    { a: [1, { b: null }] },
    [1, 'x'],
    'text',
    '{"a":1}',
    7,
    true,
    null,
  ];
  for (const args of values) {
    it(`is ${JSON.stringify(args)} as it was given`, () =>
      check(`return [typeof args, args]`, [typeof args, args], {}, { args }).then(() => undefined));
  }

  it('is undefined when nothing was given', () => check(`return typeof args`, 'undefined'));
});

describe('budget', () => {
  it('has no total and no end without one', () =>
    check(
      `return [budget.total, budget.spent(), budget.remaining() === Infinity, budget.usd.total, budget.usd.spent()]`,
      [null, 0, true, null, 0],
    ));

  it('counts what was delivered', () =>
    check(
      `await agent('a'); const first = [budget.spent(), budget.remaining(), budget.usd.spent(), budget.usd.remaining()];
       await agent('b'); return [first, budget.remaining(), Object.isFrozen(budget)]`,
      [[60, 40, 0.5, 1.5], 0, true],
      {
        agent: ({ prompt }) =>
          settle(
            'x',
            prompt === 'a' ? { outputTokens: 60, usd: 0.5 } : { outputTokens: 160, usd: 1 },
          ),
      },
      { budgetTokens: 100, budgetUsd: 2 },
    ));

  it('shows spend only as of the delivery that the script has seen', () => {
    const slow = createDeferred<Answer>();
    return check(
      `const slow = agent('slow'); await agent('fast'); const then = budget.spent();
       await agent('go on'); await slow; return [then, budget.spent()]`,
      [10, 30],
      {
        agent: ({ prompt }) => {
          if (prompt === 'slow') return slow.promise;
          if (prompt === 'go on') slow.resolve(settle(2, { outputTokens: 30 }));
          return settle(1, { outputTokens: prompt === 'go on' ? 30 : 10 });
        },
      },
    ).then(() => undefined);
  });
});
