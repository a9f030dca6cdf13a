import type { Json } from '../../src/base/json.ts';
import { callTool, say } from '../support/scriptedModel.ts';
import type { DialectBench, Steer } from './support/dialectBench.ts';
import { EchoModel } from './support/echoModel.ts';
import { failedAs, META, runRows, type Row } from './support/rows.ts';
import { count, ends, prompts, status } from './support/sights.ts';

const verbatim: readonly Json[] = [
  { a: 1, deep: { list: [null, true, 'x'] } },
  {},
  [],
  [1, [2, [3]]],
  'text',
  '',
  '{"a":1}',
  '[1]',
  '7',
  'null',
  0,
  -1.5,
  1e21,
  true,
  false,
  null,
  { constructor: 1, 'a b': 2, 漢字: '😀\u2028' },
];

runRows('args', [
  ...verbatim.map((args): Row => [
    `${JSON.stringify(args)} arrives as it was given`,
    `return [typeof args, args]`,
    [typeof args, args],
    { args },
  ]),
  ['is undefined without input', `return [typeof args, args === undefined]`, ['undefined', true]],
  [
    'text that looks like JSON stays text',
    `return typeof args === 'string' ? JSON.parse(args).a : 'parsed'`,
    1,
    { args: '{"a":1}' },
  ],
  ['an object is no text', `return typeof args === 'string'`, false, { args: { a: 1 } }],
  ['a list is a list', `return Array.isArray(args)`, true, { args: [1] }],
]);

const spend = (): EchoModel =>
  new EchoModel({}, { provider: 'anthropic', defaultModel: 'claude-sonnet-5-5' });
const caught = `.then(() => 'resolved', (e) => [e instanceof Error, e.name, e.limit, e.value])`;

runRows('budget', [
  [
    'without a target: total null, nothing spent, all remaining',
    `return [budget.total, budget.spent(), budget.remaining() === Infinity]`,
    [null, 0, true],
  ],
  [
    'with a target',
    `return [budget.total, budget.spent(), budget.remaining()]`,
    [100, 0, 100],
    { budget: 100 },
  ],
  [
    'counts output tokens',
    `await agent('a'); await agent('b'); return [budget.total, budget.spent(), budget.remaining()]`,
    [100, 10, 90],
    { budget: 100 },
  ],
  [
    'counts them without a target, too',
    `await agent('a'); return [budget.spent(), budget.remaining() === Infinity]`,
    [5, true],
  ],
  [
    'counts each turn of an agent',
    `await agent('a'); return budget.spent()`,
    10,
    { agents: { a: [callTool('list_files', { glob: '**' }), say('x')] } },
  ],
  [
    'counts agents that failed',
    `await agent('a', { maxTurns: 1, retries: 0 }); return budget.spent()`,
    5,
    { agents: { a: [callTool('list_files', { glob: '**' })] } },
  ],
  [
    'counts what was delivered, and not before',
    `const p = agent('a'); const before = budget.spent(); await p; return [before, budget.spent()]`,
    [0, 5],
  ],
  [
    'counts children',
    `await agent('a'); const inside = await workflow('child'); return [inside, budget.spent(), budget.remaining()]`,
    [[100, 10], 10, 90],
    {
      budget: 100,
      files: {
        '.muster/workflows/child.js': `${META.replace("'w'", "'child'")}await agent('b'); return [budget.total, budget.spent()]`,
      },
    },
  ],
  [
    'never has less than nothing remaining',
    `await Promise.all([agent('a'), agent('b'), agent('c')]); return [budget.spent(), budget.remaining()]`,
    [15, 0],
    { budget: 7, together: 3 },
  ],
  [
    'reached: further calls of agent() throw, with limit and value',
    `await agent('a'); await agent('b'); return agent('c')${caught}`,
    [true, 'WorkflowLimitError', 'budget', 10],
    { budget: 10, sees: [[prompts, ['a', 'b']]] },
  ],
  [
    'reached: agent.outcome() throws, too',
    `await agent('a'); return agent.outcome('c')${caught}`,
    [true, 'WorkflowLimitError', 'budget', 5],
    { budget: 5 },
  ],
  [
    'reached: by a rejection, not at the call',
    `await agent('a'); const p = agent('b'); return p.catch((e) => e.name)`,
    'WorkflowLimitError',
    { budget: 1 },
  ],
  [
    'reached: agents in flight finish and their results are kept',
    `const slow = agent('slow'); await agent('quick'); const late = await agent('late').catch((e) => e.limit); return [late, await slow]`,
    ['budget', 'did slow'],
    { budget: 5, together: 2 },
  ],
  [
    'reached in a child: it throws there',
    `await agent('a'); return workflow('child')`,
    'WorkflowLimitError',
    {
      budget: 5,
      files: {
        '.muster/workflows/child.js': `${META.replace("'w'", "'child'")}return agent('b').catch((e) => e.name)`,
      },
    },
  ],
  [
    'reached by a child: it throws in the parent',
    `await workflow('child'); return agent('a')${caught}`,
    [true, 'WorkflowLimitError', 'budget', 5],
    {
      budget: 5,
      files: { '.muster/workflows/child.js': `${META.replace("'w'", "'child'")}await agent('b')` },
    },
  ],
  [
    'reached and uncaught: the run fails with the sentence',
    `await agent('a');\nawait agent('b');`,
    failedAs(
      'script_error',
      'WorkflowLimitError: agent(): the budget of 5 output tokens for this run is used up.',
      3,
      7,
    ),
    { budget: 5 },
  ],
  [
    'a script that heeds it stops in time',
    `let n = 0; while (budget.remaining() > 0) { await agent('a' + n); n += 1 } return n`,
    4,
    { budget: 20, sees: [[status, 'completed']] },
  ],
  [
    'is no limit of the run',
    `await agent('a'); await agent('b').catch(() => null); return 'went on'`,
    'went on',
    {
      budget: 5,
      sees: [
        [status, 'completed'],
        [count('run.state'), 0],
      ],
    },
  ],
  [
    'usd has the same three',
    `return [budget.usd.total, budget.usd.spent(), budget.usd.remaining() === Infinity]`,
    [null, 0, true],
  ],
  [
    'usd counts dollars',
    `await agent('a'); const once = budget.usd.spent(); await agent('b'); return [once > 0, budget.usd.spent() / once]`,
    [true, 2],
    { model: spend(), config: { model: 'claude-sonnet-5-5' } },
  ],
  [
    'cannot be changed',
    `try { budget.total = 1e9 } catch (e) { return [e.name, budget.total] }`,
    ['TypeError', 5],
    { budget: 5 },
  ],
]);

/** A script that catches whatever it can, and counts what it saw. */
const swallow = (times: number): string =>
  `const seen = []; for (let n = 0; n < ${times}; n += 1) { try { await agent('a' + n); seen.push('ok') } catch (e) { seen.push(e.name + ' ' + e.limit + ' ' + e.value) } } return seen`;

const paused = (bench: DialectBench): boolean => bench.engine.view.pauseReason === 'limit';

/** At the limit the script has seen nothing; then the user stops the run. */
const stop: Steer = async (bench) => {
  await bench.until('the limit', () => paused(bench));
  if (bench.given !== null) throw new Error('The script has ended at a limit.');
  bench.engine.control({ action: 'stop' });
};
const raise =
  (limits: object): Steer =>
  async (bench) => {
    await bench.until('the limit', () => paused(bench));
    if (bench.given !== null) throw new Error('The script has ended at a limit.');
    bench.engine.control({ action: 'raise', limits: { ...bench.engine.limits, ...limits } });
  };

runRows('The run’s own limits suspend; only Stop delivers WorkflowLimitError', [
  [
    'agents',
    swallow(3),
    ['ok', 'WorkflowLimitError maxAgents 1', 'WorkflowLimitError maxAgents 1'],
    {
      limits: { maxAgents: 1 },
      steer: stop,
      sees: [
        [status, 'paused limit'],
        [prompts, ['a0']],
      ],
    },
  ],
  [
    'tokens',
    swallow(2),
    ['ok', 'WorkflowLimitError maxTokens 15'],
    {
      limits: { maxTokens: 15, maxUsd: null },
      steer: stop,
      sees: [
        [status, 'paused limit'],
        [prompts, ['a0']],
      ],
    },
  ],
  [
    'dollars',
    swallow(2),
    ['ok', 'WorkflowLimitError maxUsd 0.00001'],
    {
      limits: { maxUsd: 0.00001 },
      model: spend(),
      config: { model: 'claude-sonnet-5-5' },
      steer: stop,
      sees: [[status, 'paused limit']],
    },
  ],
  [
    'agents of a phase',
    `phase('P'); ${swallow(2)}`,
    ['ok', 'WorkflowLimitError perPhase.maxAgents 1'],
    { limits: { perPhase: { maxAgents: 1 } }, steer: stop, sees: [[status, 'paused limit']] },
  ],
  [
    'minutes',
    `for (let n = 0; ; n += 1) { const e = await agent('a' + n).then(() => null, (error) => [error.name, error.limit, error.value]); if (e) return e }`,
    ['WorkflowLimitError', 'maxMinutes', 0.002],
    {
      limits: { maxMinutes: 0.002, maxAgents: 1000 },
      steer: stop,
      sees: [[status, 'paused limit']],
    },
  ],
  [
    'raised, the script never sees it: agents',
    swallow(3),
    ['ok', 'ok', 'ok'],
    {
      limits: { maxAgents: 1 },
      steer: raise({ maxAgents: 9 }),
      sees: [
        [status, 'completed'],
        [count('run.limits'), 1],
      ],
    },
  ],
  [
    'raised, the script never sees it: tokens',
    swallow(2),
    ['ok', 'ok'],
    {
      limits: { maxTokens: 15, maxUsd: null },
      steer: raise({ maxTokens: 1000 }),
      sees: [[status, 'completed']],
    },
  ],
  [
    'swallowed, they make no success',
    `const seen = []; while (seen.length < 50) seen.push(await agent('a').catch(() => 'caught')); return seen.length`,
    50,
    {
      limits: { maxAgents: 2 },
      config: { onLimit: 'stop' },
      sees: [
        [status, 'paused limit'],
        [ends, ['ok', 'ok']],
      ],
    },
  ],
  [
    'parallel() cannot swallow them',
    `return parallel([1, 2].map((n) => () => agent('a' + n))).catch((e) => [e.name, e.limit])`,
    ['WorkflowLimitError', 'maxAgents'],
    { limits: { maxAgents: 1 }, steer: stop },
  ],
  [
    'pipeline() cannot swallow them',
    `return pipeline([1, 2], (n) => agent('a' + n)).catch((e) => [e.name, e.limit])`,
    ['WorkflowLimitError', 'maxAgents'],
    { limits: { maxAgents: 1 }, steer: stop },
  ],
  [
    'agent.outcome() cannot swallow them',
    `await agent('a'); return agent.outcome('b').catch((e) => [e.name, e.limit])`,
    ['WorkflowLimitError', 'maxAgents'],
    { limits: { maxAgents: 1 }, steer: stop },
  ],
  [
    'what was finished is kept',
    `const done = []; try { for (;;) done.push(await agent('a' + done.length)) } catch { return done }`,
    ['did a0', 'did a1'],
    {
      limits: { maxAgents: 2 },
      steer: stop,
      sees: [
        [status, 'paused limit'],
        [(bench) => bench.ended?.result, { type: 'inline', json: '["did a0","did a1"]' }],
      ],
    },
  ],
  [
    'a child cannot swallow them',
    `return workflow('child').catch((e) => [e.name, e.limit])`,
    ['WorkflowLimitError', 'maxAgents'],
    {
      limits: { maxAgents: 1 },
      steer: stop,
      files: {
        '.muster/workflows/child.js': `${META.replace("'w'", "'child'")}await agent('a'); await agent('b')`,
      },
    },
  ],
]);
