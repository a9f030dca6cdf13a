import { fail } from '../support/scriptedModel.ts';
import { runRows, threw } from './support/rows.ts';
import { logs, mostRunning, prompts } from './support/sights.ts';

const pause = `const pause = (ms, value) => new Promise((go) => setTimeout(() => go(value), ms));\n`;
const caught = (code: string): string =>
  `try { await ${code}; return 'nothing thrown' } catch (error) { return [error.name, error.message] }`;

runRows('pipeline()', [
  [
    'gives each stage (previous, item, index)',
    `return pipeline(['a', 'b'], (...all) => [all], (previous, item, index) => [...previous, [item, index]])`,
    [
      [
        ['a', 'a', 0],
        ['a', 0],
      ],
      [
        ['b', 'b', 1],
        ['b', 1],
      ],
    ],
  ],
  [
    'gives the first stage (item, item, index)',
    `return pipeline([7], (previous, item, index) => [previous === item, index])`,
    [[true, 0]],
  ],
  ['passes exactly three arguments', `return pipeline([1], (...all) => all.length)`, [3]],
  ['keeps the order', `${pause}return pipeline([30, 1, 10], (ms) => pause(ms, ms))`, [30, 1, 10]],
  [
    'is no barrier: each item runs through its stages on its own',
    `${pause}const seen = []; await pipeline(['slow', 'quick'], (x) => pause(x === 'slow' ? 40 : 1, x), (x) => { seen.push(x); return x }); return seen`,
    ['quick', 'slow'],
  ],
  [
    'takes sync and async stages',
    `return pipeline([1, 2], (n) => n + 1, async (n) => n * 10)`,
    [20, 30],
  ],
  [
    'takes stages that return parallel()',
    `return pipeline([1], (n) => parallel([() => n, () => n + 1]), (both) => both)`,
    [[1, 2]],
  ],
  [
    'runs agents in its stages, side by side',
    `return pipeline(['x', 'y'], (item) => agent('read ' + item), (text, item) => agent(item + ': ' + text))`,
    ['did x: did read x', 'did y: did read y'],
    {
      together: 2,
      sees: [
        [mostRunning, 2],
        [prompts, ['read x', 'read y', 'x: did read x', 'y: did read y']],
      ],
    },
  ],
  ['without stages gives the items', `return pipeline([1, 'b', null])`, [1, 'b', null]],
  ['of nothing is nothing', `return pipeline([], (x) => x)`, []],
  [
    'gives null for an item whose stage throws, and skips its later stages',
    `const seen = []; const got = await pipeline([1, 2], (n) => { if (n === 1) throw new Error('boom'); return n }, (n) => { seen.push(n); return n }); return [got, seen]`,
    [[null, 2], [2]],
    { sees: [[logs, ['pipeline[0] failed: Error: boom']]] },
  ],
  [
    'gives null for an item whose stage rejects',
    `return pipeline(['a', 'b', 'c'], async (x) => { if (x === 'c') throw new RangeError('late'); return x })`,
    ['a', 'b', null],
    { sees: [[logs, ['pipeline[2] failed: RangeError: late']]] },
  ],
  [
    'goes on with an item whose stage returns null',
    `return pipeline([1], () => null, (previous, item) => [previous, item])`,
    [[null, 1]],
  ],
  [
    'goes on with an item whose agent failed',
    `return pipeline(['bad'], (item) => agent(item), (previous, item) => [previous, item])`,
    [[null, 'bad']],
    { agents: { bad: [fail('model_refused')] } },
  ],
  [
    'goes on with an item whose stage returns undefined',
    `return pipeline([1], () => undefined, (previous) => typeof previous)`,
    ['undefined'],
  ],
  [
    'does not log a stage that returns null',
    `return pipeline([1], () => null)`,
    [null],
    { sees: [[logs, []]] },
  ],
  [
    'returns a genuine promise',
    `const p = pipeline([]); return p instanceof Promise && p.constructor === Promise`,
    true,
  ],
  [
    'refuses something that is no list',
    caught(`pipeline({ length: 1 }, (x) => x)`),
    ['TypeError', 'pipeline() needs an array, not {"length":1}.'],
  ],
  [
    'names a stage that is no function',
    caught(`pipeline([1], (x) => x, 'stage')`),
    ['TypeError', 'pipeline stage [2] must be a function, not stage.'],
  ],
  [
    'takes 4,096 items',
    `return (await pipeline(Array.from({ length: 4096 }, (_, n) => n), (n) => n + 1)).at(-1)`,
    4096,
  ],
  [
    'refuses 4,097 items',
    caught(`pipeline(new Array(4097).fill(0), (x) => x)`),
    ['RangeError', 'pipeline() takes at most 4096 items, not 4097.'],
  ],
  [
    'an error that is not caught has the place of the call',
    `  await pipeline(1);`,
    threw('TypeError: pipeline() needs an array, not 1.', 2, 9),
  ],
  [
    'rejects for a limit',
    `await agent('first'); return pipeline([1], () => agent('a')).catch((e) => [e.name, e.limit, e.value])`,
    ['WorkflowLimitError', 'budget', 5],
    { budget: 5 },
  ],
  [
    'rejects when the run is stopped at a limit',
    `try { return await pipeline([1, 2], (n) => agent('a' + n)) } catch (e) { return e.name }`,
    'WorkflowLimitError',
    { limits: { maxAgents: 1 }, config: { onLimit: 'stop' } },
  ],
]);
