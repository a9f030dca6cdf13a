import { callTool, fail, respond, say } from '../support/scriptedModel.ts';
import { EchoModel } from './support/echoModel.ts';
import { runRows, type Row } from './support/rows.ts';
import { ends, logs, queued, requests } from './support/sights.ts';

const keys = [
  'label',
  'phase',
  'schema',
  'model',
  'effort',
  'agentType',
  'isolation',
  'stallMs',
  'tools',
  'writes',
  'timeoutMs',
  'maxTurns',
  'maxUsd',
  'maxTokens',
  'retries',
  'group',
];

const undefinedRows: readonly Row[] = keys.map((key) => [
  `${key} may be undefined`,
  `return agent('a', { ${key}: undefined })`,
  'did a',
  { sees: [[logs, []]] },
]);

const wrong: Readonly<Record<string, string>> = {
  label: '{}',
  phase: '{}',
  schema: '[1]',
  model: '7',
  agentType: '[]',
  effort: '7',
  isolation: `'cloud'`,
  stallMs: `'soon'`,
  tools: '7',
  writes: '7',
  timeoutMs: '-1',
  maxTurns: '0',
  maxUsd: `'much'`,
  maxTokens: '1.5',
  retries: 'true',
  group: 'false',
};
const nearlyRight: readonly Row[] = [
  [
    'numbers in quotes, one name for a list and a number as a title are understood',
    `return agent('a', { label: 7, phase: 2, retries: '0', maxUsd: '1', tools: 'read_file' })`,
    'did a',
    { sees: [[logs, []]] },
  ],
  [
    'an unknown effort is ignored with a warning',
    `return agent('a', { effort: 'enormous' })`,
    'did a',
    {
      sees: [
        [logs, ['! agent() does not carry out the option "effort: enormous"; it is ignored.']],
      ],
    },
  ],
];

const wrongRows: readonly Row[] = keys.map((key) => [
  `${key}: ${wrong[key]} is a failed agent whose cause names the option`,
  `return agent.outcome('a', { ${key}: ${wrong[key]} }).then(({ status, error }) => [status, error.code, error.message.includes('${key}')])`,
  ['failed', 'agent_options_invalid', true],
]);

runRows('Options of agent()', [
  [
    'may be left out, undefined, null or empty',
    `return [await agent('a'), await agent('a', undefined), await agent('a', null), await agent('a', {})]`,
    ['did a', 'did a', 'did a', 'did a'],
  ],
  [
    'that are no object are none',
    `return [await agent('a', 'label'), await agent('a', 7), await agent('a', ['x'])]`,
    ['did a', 'did a', 'did a'],
  ],
  ...undefinedRows,
  ...nearlyRight,
  ...wrongRows,
  [
    'with an unknown key: one warning per key and run',
    `await agent('a', { foo: 1, bar: 2 }); await agent('b', { foo: 3 }); return agent.outcome('c', { bar: 0 }).then(({ status }) => status)`,
    'ok',
    {
      sees: [
        [
          logs,
          [
            '! agent() does not carry out the option "foo"; it is ignored.',
            '! agent() does not carry out the option "bar"; it is ignored.',
          ],
        ],
      ],
    },
  ],
  [
    'with an unknown key that is undefined: no warning',
    `return agent('a', { foo: undefined })`,
    'did a',
    { sees: [[logs, []]] },
  ],
  ['may have a key "constructor"', `return agent('a', { constructor: 1 })`, 'did a'],
]);

runRows('label, phase, group', [
  [
    'label is the name in the run tree',
    `await agent('a', { label: 'first' }); return 1`,
    1,
    { sees: [[queued('label'), [['first']]]] },
  ],
  [
    'label is not unique',
    `await agent('a', { label: 'x' }); await agent('b', { label: 'x' }); return 1`,
    1,
    { sees: [[queued('label'), [['x'], ['x']]]] },
  ],
  [
    'phase counts whatever phase() said last',
    `phase('One'); await agent('a', { phase: 'Two' }); await agent('b'); return 1`,
    1,
    { sees: [[queued('phase'), [['Two'], ['One']]]] },
  ],
  [
    'group is the proposal group that its edits join',
    `await Promise.all([agent('a', { group: 'Docs' }), agent('b', { group: 'Docs' }), agent('c')]); return files.changed()`,
    ['a.md', 'b.md', 'c.md'],
    {
      agents: Object.fromEntries(
        ['a', 'b', 'c'].map((name) => [
          name,
          [callTool('write_file', { path: `${name}.md`, text: name }), say('ok')],
        ]),
      ),
      sees: [[(bench) => groupsOf(bench.store.files.get('proposals.json') ?? '{}'), ['Docs', 'c']]],
    },
  ],
]);

/** Titles of the groups of a stored proposal set. */
function groupsOf(text: string): readonly string[] {
  const titles = [...text.matchAll(/"title":"([^"]*)"/gu)].map((match) => match[1] ?? '');
  return [...new Set(titles)].toSorted();
}

const claude = (): EchoModel =>
  new EchoModel({}, { provider: 'anthropic', defaultModel: 'claude-sonnet-5-5' });
const claudeRow = (model: string, expected: string): Row => [
  `${model} is a model of the provider`,
  `return agent('a', { model: '${model}' })`,
  'did a',
  {
    model: claude(),
    config: { model: 'claude-sonnet-5-5' },
    sees: [
      [requests(({ model: sent }) => sent), [expected]],
      [logs, []],
    ],
  },
];

runRows('model', [
  claudeRow('opus', 'claude-opus-5-5'),
  claudeRow('sonnet', 'claude-sonnet-5-5'),
  claudeRow('haiku', 'claude-haiku-5-5'),
  claudeRow('fable', 'claude-fable-5-1'),
  claudeRow('fast', 'claude-haiku-5-5'),
  claudeRow('default', 'claude-sonnet-5-5'),
  claudeRow('claude-opus-5-5', 'claude-opus-5-5'),
  [
    'without it, the run’s own model',
    `return agent('a')`,
    'did a',
    { config: { model: 'chosen' }, sees: [[requests(({ model }) => model), ['chosen']]] },
  ],
  [
    'an alias that the provider does not have falls back to the default, with a warning',
    `return [await agent('a', { model: 'opus' }), await agent('b', { model: 'opus' })]`,
    ['did a', 'did b'],
    {
      sees: [
        [requests(({ model }) => model), ['scripted-model', 'scripted-model']],
        [logs, ['! The provider scripted has no model "opus"; scripted-model is used instead.']],
      ],
    },
  ],
  [
    'an id that the provider does not know falls back to the default, with a warning',
    `return agent('a', { model: 'no-such-model' })`,
    'did a',
    {
      model: new EchoModel({
        a: [
          respond(({ model }) =>
            model === 'no-such-model' ? fail('model_unknown') : say('did a'),
          ),
        ],
      }),
      sees: [
        [
          logs,
          ['! The provider scripted has no model "no-such-model"; scripted-model is used instead.'],
        ],
        [ends, ['ok']],
      ],
    },
  ],
  [
    'effort goes out as it is',
    `for (const effort of ['low', 'medium', 'high', 'xhigh', 'max']) await agent('a', { effort }); return 1`,
    1,
    { sees: [[requests(({ effort }) => effort), ['low', 'medium', 'high', 'xhigh', 'max']]] },
  ],
]);
