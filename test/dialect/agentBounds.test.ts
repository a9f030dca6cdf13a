import { callTool, fail, hang, say, type Step } from '../support/scriptedModel.ts';
import { EchoModel } from './support/echoModel.ts';
import { runRows } from './support/rows.ts';
import { attempts, causes, requests } from './support/sights.ts';

const write = (path: string): Step => callTool('write_file', { path, text: 'x' });
const look: Step = callTool('list_files', { glob: '**' });
const outcome = (options: string): string =>
  `return agent.outcome('a', ${options}).then((o) => o.error?.code ?? o.value)`;
const priced = (steps: readonly Step[]): EchoModel =>
  new EchoModel({ a: steps }, { provider: 'anthropic', defaultModel: 'claude-sonnet-5-5' });

runRows('Bounds of one agent', [
  [
    'timeoutMs ends it',
    outcome('{ timeoutMs: 40, retries: 0 }'),
    'agent_timeout',
    { agents: { a: [hang()] } },
  ],
  ['timeoutMs that is not reached changes nothing', outcome('{ timeoutMs: 60000 }'), 'did a'],
  [
    'stallMs: no sign of life for so long, abort and retry',
    outcome('{ stallMs: 40 }'),
    'alive',
    { agents: { a: [hang(), say('alive')] }, sees: [[attempts, 2]] },
  ],
  [
    'stallMs: after its retries it has failed',
    outcome('{ stallMs: 30, retries: 1 }'),
    'agent_stalled',
    { agents: { a: [hang()] }, sees: [[attempts, 2]] },
  ],
  [
    'maxTurns ends it',
    outcome('{ maxTurns: 2, retries: 0 }'),
    'max_turns',
    { agents: { a: [look] }, sees: [[requests(() => 1), [1, 1]]] },
  ],
  [
    'maxTurns lets the last turn answer',
    outcome('{ maxTurns: 2, retries: 0 }'),
    'end',
    { agents: { a: [look, say('end')] } },
  ],
  [
    'maxTokens ends it before its next request, and it is not tried again',
    outcome('{ maxTokens: 15 }'),
    'agent_limit',
    {
      agents: { a: [look] },
      sees: [
        [requests(() => 1), [1]],
        [attempts, 1],
      ],
    },
  ],
  [
    'maxTokens throws no answer away',
    outcome('{ maxTokens: 15 }'),
    'end',
    { agents: { a: [say('end')] } },
  ],
  [
    'maxUsd ends it before its next request',
    outcome('{ maxUsd: 0.00001 }'),
    'agent_limit',
    {
      model: priced([look]),
      config: { model: 'claude-sonnet-5-5' },
      sees: [[requests(() => 1), [1]]],
    },
  ],
  [
    'maxUsd that is not reached changes nothing',
    outcome('{ maxUsd: 1 }'),
    'end',
    { model: priced([look, say('end')]), config: { model: 'claude-sonnet-5-5' } },
  ],
  [
    'retries: two new attempts by default',
    outcome('{ maxTurns: 1 }'),
    'max_turns',
    { agents: { a: [look] }, sees: [[attempts, 3]] },
  ],
  [
    'retries: 0 is one attempt',
    outcome('{ maxTurns: 1, retries: 0 }'),
    'max_turns',
    { agents: { a: [look] }, sees: [[attempts, 1]] },
  ],
  [
    'retries: 1 is two attempts, each from a fresh copy of the files',
    outcome('{ maxTurns: 1, retries: 1 }'),
    'max_turns',
    {
      agents: { a: [write('x.ts')] },
      sees: [
        [attempts, 2],
        [(bench) => bench.engine.tree.changes().size, 0],
      ],
    },
  ],
  [
    'retries: a later attempt may answer',
    outcome('{ maxTurns: 1 }'),
    'end',
    { agents: { a: [look, look, say('end')] }, sees: [[attempts, 3]] },
  ],
  [
    'turn retries of the governor are no attempts',
    outcome('{ retries: 0 }'),
    'end',
    { agents: { a: [fail('model_unavailable'), say('end')] }, sees: [[attempts, 1]] },
  ],
  [
    'the cause is in the journal',
    `return agent('a', { maxTurns: 1, retries: 0 })`,
    null,
    { agents: { a: [look] }, sees: [[causes, ['The agent did not finish in 1 turns.']]] },
  ],
]);
