import { fail, say } from '../support/scriptedModel.ts';
import { runRows, threw } from './support/rows.ts';
import { ends, logs, mostRunning, status } from './support/sights.ts';

const pause = `const pause = (ms, value) => new Promise((go) => setTimeout(() => go(value), ms));\n`;
const caught = (code: string): string =>
  `try { await ${code}; return 'nothing thrown' } catch (error) { return [error.name, error.message] }`;

runRows('parallel()', [
  [
    'keeps the order, whoever ends first',
    `${pause}return parallel([() => pause(40, 'slow'), () => 'sync', () => pause(1, 'quick')])`,
    ['slow', 'sync', 'quick'],
  ],
  [
    'is a barrier',
    `${pause}const seen = []; await parallel([async () => { await pause(20); seen.push('slow') }, () => seen.push('quick')]); return [...seen, 'after']`,
    ['quick', 'slow', 'after'],
  ],
  [
    'runs its functions side by side',
    `return (await parallel([1, 2, 3, 4].map((n) => () => agent('a' + n)))).length`,
    4,
    { together: 4, sees: [[mostRunning, 4]] },
  ],
  [
    'calls each function once, in order, at the call',
    `const seen = []; const all = parallel([0, 1, 2].map((n) => () => seen.push(n))); seen.push('called'); await all; return seen`,
    [0, 1, 2, 'called'],
  ],
  ['of nothing is nothing', `return parallel([])`, []],
  [
    'gives null for one that rejects, and a log line',
    `return parallel([() => 1, () => Promise.reject(new Error('boom')), () => 3])`,
    [1, null, 3],
    { sees: [[logs, ['parallel[1] failed: Error: boom']]] },
  ],
  [
    'gives null for one that throws synchronously, and a log line',
    `return parallel([() => 1, () => 2, () => 3, () => { throw new TypeError('sync') }])`,
    [1, 2, 3, null],
    { sees: [[logs, ['parallel[3] failed: TypeError: sync']]] },
  ],
  [
    'logs a thrown value that is no error',
    `return parallel([() => { throw 'text' }, () => { throw { code: 1 } }])`,
    [null, null],
    { sees: [[logs, ['parallel[0] failed: text', 'parallel[1] failed: {"code":1}']]] },
  ],
  [
    'gives null for one whose agent fails',
    `return parallel([() => agent('bad'), () => agent('good')])`,
    [null, 'fine'],
    {
      agents: { bad: [fail('model_refused')], good: [say('fine')] },
      sees: [[ends, ['failed model_refused', 'ok']]],
    },
  ],
  [
    'logs one whose agent fails',
    `return parallel([() => agent('good'), () => agent('bad')])`,
    ['fine', null],
    {
      agents: { bad: [fail('model_refused')], good: [say('fine')] },
      sees: [[logs, ['parallel[1] failed: Error: scripted model_refused']]],
    },
  ],
  [
    'never rejects, even when all fail',
    `return parallel([1, 2, 3].map((n) => () => { throw new Error('e' + n) }))`,
    [null, null, null],
  ],
  [
    'keeps null and undefined that a function returns',
    `const got = await parallel([() => null, () => undefined, () => 0]); return [got[0], got[1] === undefined, got[2]]`,
    [null, true, 0],
  ],
  [
    'returns a genuine promise',
    `const p = parallel([]); return p instanceof Promise && p.constructor === Promise`,
    true,
  ],
  [
    'nests',
    `return parallel([() => parallel([() => 1, () => 2]), () => parallel([])])`,
    [[1, 2], []],
  ],
  [
    'rejects something that is no list',
    caught(`parallel('text')`),
    ['TypeError', 'parallel() needs an array, not text.'],
  ],
  [
    'rejects nothing at all',
    caught(`parallel()`),
    ['TypeError', 'parallel() needs an array, not undefined.'],
  ],
  [
    'names the index of what is no function',
    caught(`parallel([() => 1, () => 2, 7])`),
    ['TypeError', 'parallel[2] must be a function, not 7.'],
  ],
  [
    'names the index of a promise, and says what to write',
    caught(`parallel([agent('a')])`),
    ['TypeError', 'parallel[0] must be a function, not a promise; wrap the call: () => agent(…).'],
  ],
  [
    'names the index of a hole',
    caught(`parallel([() => 1, , () => 2])`),
    ['TypeError', 'parallel[1] must be a function, not undefined.'],
  ],
  [
    'starts nothing when one element is no function',
    `let calls = 0; await parallel([() => { calls += 1 }, null]).catch(() => null); return calls`,
    0,
  ],
  [
    'takes 4,096 items',
    `return (await parallel(Array.from({ length: 4096 }, (_, n) => () => n))).at(-1)`,
    4095,
  ],
  [
    'refuses 4,097 items',
    caught(`parallel(Array.from({ length: 4097 }, () => () => 1))`),
    ['RangeError', 'parallel() takes at most 4096 items, not 4097.'],
  ],
  [
    'an error that is not caught has the place of the call',
    `\nawait parallel([1]);`,
    threw('TypeError: parallel[0] must be a function, not 1.', 3, 7),
  ],
]);

const peak = (second: string): string =>
  `${pause}let now = 0, most = 0; const work = async (n) => { now += 1; most = Math.max(most, now); await pause(2); now -= 1; return n };
   const got = await parallel([0, 1, 2, 3, 4].map((n) => () => work(n))${second}); return [most, got]`;

runRows('parallel() with { concurrency }', [
  ['bounds this call', peak(', { concurrency: 2 }'), [2, [0, 1, 2, 3, 4]]],
  ['of one is a sequence', peak(', { concurrency: 1 }'), [1, [0, 1, 2, 3, 4]]],
  ['larger than the list changes nothing', peak(', { concurrency: 99 }'), [5, [0, 1, 2, 3, 4]]],
  ['that is undefined changes nothing', peak(', { concurrency: undefined }'), [5, [0, 1, 2, 3, 4]]],
  [
    'goes on after one that fails',
    `return parallel([() => { throw new Error('e') }, () => 1, () => 2], { concurrency: 1 })`,
    [null, 1, 2],
  ],
  [
    'bounds the agents, too',
    `return (await parallel([1, 2, 3, 4].map((n) => () => agent('a' + n)), { concurrency: 2 })).length`,
    4,
    { together: 2, sees: [[mostRunning, 2]] },
  ],
]);

const limited = `const error = await parallel([() => agent('a'), () => 'b']).then(() => 'resolved', (e) => [e.name, e.limit, e.value]); return error`;

runRows('parallel() and what ends a run', [
  [
    'rejects for a limit',
    `await agent('first'); ${limited}`,
    ['WorkflowLimitError', 'budget', 5],
    { budget: 5 },
  ],
  [
    'rejects for a limit with bounded concurrency',
    `await agent('first'); return parallel([() => 1, () => agent('a')], { concurrency: 1 }).catch((e) => e.name)`,
    'WorkflowLimitError',
    { budget: 5 },
  ],
  [
    'does not take an error that a script made for a limit',
    `return parallel([() => { throw Object.assign(new Error('x'), { name: 'WorkflowLimitError' }) }])`,
    [null],
    { sees: [[logs, ['parallel[0] failed: WorkflowLimitError: x']]] },
  ],
  [
    'rejects when the user stops at a limit',
    `try { await parallel([1, 2, 3].map((n) => () => agent('a' + n))); return 'resolved' } catch (e) { return [e.name, e.limit, e.value] }`,
    ['WorkflowLimitError', 'maxAgents', 2],
    {
      limits: { maxAgents: 2 },
      config: { onLimit: 'stop' },
      sees: [[status, 'paused limit']],
    },
  ],
]);
