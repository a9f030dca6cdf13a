import { fail } from '../support/scriptedModel.ts';
import { META, runRows } from './support/rows.ts';
import { order } from './support/sights.ts';

runRows('Every effect is one journal entry, before the script sees it', [
  [
    'an agent’s reservation and its end',
    `await agent('a'); log('after'); return 1`,
    1,
    {
      sees: [
        [
          order('agent.queued', 'agent.started', 'agent.ended', 'log'),
          ['agent.queued', 'agent.started', 'agent.ended', 'log'],
        ],
      ],
    },
  ],
  [
    'an agent’s failure',
    `await agent('a'); log('after'); return 1`,
    1,
    {
      agents: { a: [fail('model_refused')] },
      sees: [[order('agent.ended', 'log'), ['agent.ended', 'log']]],
    },
  ],
  [
    'a prompt that is none',
    `await agent(); log('after'); return 1`,
    1,
    {
      sees: [[order('agent.queued', 'agent.ended', 'log'), ['agent.queued', 'agent.ended', 'log']]],
    },
  ],
  [
    'a receipt',
    `await verify('npm test'); log('after'); return 1`,
    1,
    {
      sees: [
        [order('verify.started', 'verify.ended', 'log'), ['verify.started', 'verify.ended', 'log']],
      ],
    },
  ],
  [
    'a gate’s answer',
    `await gate('q'); log('after'); return 1`,
    1,
    {
      config: { onGate: 'approve' },
      sees: [
        [order('gate.opened', 'gate.answered', 'log'), ['gate.opened', 'gate.answered', 'log']],
      ],
    },
  ],
  [
    'a timer that fires',
    `await new Promise((go) => setTimeout(go, 1)); log('after'); return 1`,
    1,
    { sees: [[order('timer.fired', 'log'), ['timer.fired', 'log']]] },
  ],
  [
    'a timer that was taken back has none',
    `clearTimeout(setTimeout(() => {}, 60_000)); await agent('a'); return 1`,
    1,
    { sees: [[order('timer.fired'), []]] },
  ],
  [
    'a child’s end',
    `await workflow('c'); log('after'); return 1`,
    1,
    {
      files: { '.muster/workflows/c.js': `${META.replace("'w'", "'c'")}return 1` },
      sees: [
        [
          order('workflow.started', 'workflow.ended', 'log'),
          ['workflow.started', 'workflow.ended', 'log'],
        ],
      ],
    },
  ],
  [
    'a child that throws',
    `await workflow('c').catch(() => null); log('after'); return 1`,
    1,
    {
      files: { '.muster/workflows/c.js': `${META.replace("'w'", "'c'")}throw new Error('x')` },
      sees: [
        [
          order('workflow.started', 'workflow.ended', 'log'),
          ['workflow.started', 'workflow.ended', 'log'],
        ],
      ],
    },
  ],
  [
    'a refused call',
    `await agent('a', { agentType: 'nobody' }).catch(() => null); log('after'); return 1`,
    1,
    { sees: [[order('call.refused', 'log'), ['call.refused', 'log']]] },
  ],
  [
    'outcomes in the order of their delivery',
    `const seen = []; await Promise.all([1, 2, 3].map((n) => agent('a' + n).then(() => { seen.push(n); log('saw ' + n) }))); return seen.length`,
    3,
    {
      sees: [
        [
          (bench) => {
            const ended = bench.ofType('agent.ended').map(({ agentId }) => `saw ${agentId}`);
            const said = bench.ofType('log').map(({ message }) => message);
            return JSON.stringify(ended) === JSON.stringify(said);
          },
          true,
        ],
      ],
    },
  ],
  [
    'files(), read(), phase() and budget have none',
    `files('**'); read('a.ts'); files.changed(); budget.spent(); return 1`,
    1,
    {
      sees: [
        [
          (bench) => bench.events.map(({ type }) => type),
          ['run.started', 'proposals.changed', 'run.ended'],
        ],
      ],
    },
  ],
]);
