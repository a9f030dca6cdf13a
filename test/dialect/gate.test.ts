import { hang } from '../support/scriptedModel.ts';
import type { DialectBench, Steer } from './support/dialectBench.ts';
import { failedAs, runRows, type RowSetting } from './support/rows.ts';
import { count, order, prompts, status } from './support/sights.ts';

const waits = (bench: DialectBench): boolean => bench.engine.view.pauseReason === 'gate';
const answer =
  (approved: boolean, note = ''): Steer =>
  async (bench) => {
    await bench.until('the gate', () => waits(bench));
    bench.engine.control({ action: 'answerGate', gateId: 1, approved, note });
  };
const on = (onGate: 'approve' | 'reject' | 'stop'): RowSetting => ({ config: { onGate } });
const asked = (bench: DialectBench): unknown =>
  bench
    .ofType('gate.opened')
    .map(({ question, details, phase, timeoutMs }) => [question, details, phase, timeoutMs]);

runRows('gate()', [
  [
    'resolves to what the user answered: yes',
    `return gate('Ship it?')`,
    { approved: true, note: 'go' },
    { steer: answer(true, 'go') },
  ],
  [
    'resolves to what the user answered: no',
    `return gate('Ship it?')`,
    { approved: false, note: '' },
    { steer: answer(false) },
  ],
  [
    'pauses the run, and lets it go on',
    `await gate('Ship it?'); await agent('after'); return 1`,
    1,
    {
      steer: answer(true),
      sees: [
        [
          (bench) => bench.ofType('run.state').map(({ state, reason }) => [state, reason]),
          [
            ['paused', 'gate'],
            ['running', null],
          ],
        ],
        [prompts, ['after']],
      ],
    },
  ],
  [
    'other branches go on',
    `const [text, { approved }] = await Promise.all([agent('a').then((x) => agent('b')), gate('Ship it?')]); return [text, approved]`,
    ['did b', true],
    { steer: answer(true) },
  ],
  [
    'shows the question, the details and the phase',
    `phase('Ship'); return gate('Ship it?', { files: 2, list: ['a'] })`,
    { approved: true, note: '' },
    {
      ...on('approve'),
      sees: [
        [asked, [['Ship it?', '{\n  "files": 2,\n  "list": [\n    "a"\n  ]\n}', 'Ship', null]]],
      ],
    },
  ],
  [
    'details may be text',
    `return (await gate('Ship it?', 'two files')).approved`,
    true,
    { ...on('approve'), sees: [[asked, [['Ship it?', 'two files', null, null]]]] },
  ],
  [
    'timeoutMs and onTimeout are no details',
    `return (await gate('q', { timeoutMs: 60000, onTimeout: 'approve', n: 1 })).approved`,
    false,
    { ...on('reject'), sees: [[asked, [['q', '{\n  "n": 1\n}', null, 60000]]]] },
  ],
  [
    'nobody answers in time: reject by default',
    `return (await gate('q', { timeoutMs: 30 })).approved`,
    false,
  ],
  [
    'nobody answers in time: onTimeout reject',
    `return (await gate('q', { timeoutMs: 30, onTimeout: 'reject' })).approved`,
    false,
  ],
  [
    'nobody answers in time: onTimeout approve',
    `return (await gate('q', { timeoutMs: 30, onTimeout: 'approve' })).approved`,
    true,
    { sees: [[(bench) => bench.ofType('gate.answered').map(({ by }) => by), ['timeout']]] },
  ],
  [
    'an answer in time comes before the time',
    `return gate('q', { timeoutMs: 60000, onTimeout: 'approve' })`,
    { approved: false, note: 'no' },
    { steer: answer(false, 'no') },
  ],
  [
    'an answer given before the run: approve',
    `return gate('q')`,
    { approved: true, note: '' },
    on('approve'),
  ],
  [
    'an answer given before the run: reject',
    `return gate('q')`,
    { approved: false, note: '' },
    on('reject'),
  ],
  [
    'without a person the run stops resumable',
    `await agent('a'); await gate('q'); await agent('never'); return 1`,
    failedAs('cancelled', 'The run was cancelled.'),
    {
      ...on('stop'),
      sees: [
        [status, 'paused gate'],
        [prompts, ['a']],
        [(bench) => bench.ended?.reason, 'The run is waiting for an answer: q'],
      ],
    },
  ],
  [
    'without a person, other branches come to their end first',
    `await Promise.all([gate('q'), agent('a').then(() => agent('b'))]); return 1`,
    failedAs('cancelled', 'The run was cancelled.'),
    {
      ...on('stop'),
      sees: [
        [status, 'paused gate'],
        [prompts, ['a', 'b']],
      ],
    },
  ],
  [
    'the answer is journaled before the script sees it',
    `await gate('q'); await agent('a'); return 1`,
    1,
    {
      ...on('approve'),
      sees: [
        [
          order('gate.opened', 'gate.answered', 'agent.queued'),
          ['gate.opened', 'gate.answered', 'agent.queued'],
        ],
      ],
    },
  ],
  [
    'several wait for an answer each',
    `return parallel([() => gate('one'), () => gate('two')])`,
    [
      { approved: true, note: '' },
      { approved: true, note: '' },
    ],
    { ...on('approve'), sees: [[count('gate.answered'), 2]] },
  ],
  [
    'tolerates a question that is no text',
    `return [(await gate({ a: 1 })).approved, (await gate()).approved]`,
    [true, true],
    {
      ...on('approve'),
      sees: [
        [
          asked,
          [
            ['{"a":1}', '', null, null],
            ['Go on?', '', null, null],
          ],
        ],
      ],
    },
  ],
  [
    'returns a genuine promise',
    `const p = gate('q'); await p; return p.constructor === Promise`,
    true,
    on('approve'),
  ],
  [
    'works in a child',
    `return workflow('ask')`,
    { approved: true, note: '' },
    {
      ...on('approve'),
      files: {
        '.muster/workflows/ask.js': `export const meta = { name: 'ask', description: 'd' };\nreturn gate('q')`,
      },
    },
  ],
  [
    'a run that is cancelled waits no longer',
    `return gate('q')`,
    failedAs('cancelled', 'The run was cancelled.'),
    {
      agents: { a: [hang()] },
      steer: async (bench) => {
        await bench.until('the gate', () => waits(bench));
        bench.engine.control({ action: 'cancel' });
      },
      sees: [[status, 'cancelled']],
    },
  ],
]);
