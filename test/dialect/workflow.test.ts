import { callTool, fail, say } from '../support/scriptedModel.ts';
import { META, runRows, threw } from './support/rows.ts';
import { count, ends, logs, order, phases, queued, runError } from './support/sights.ts';

const child = (name: string, body: string): string => `${META.replace("'w'", `'${name}'`)}${body}`;
const files = (bodies: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(bodies).map(([name, body]) => [
      `.muster/workflows/${name}.js`,
      child(name, body),
    ]),
  );
const message = (call: string): string =>
  `return ${call}.then(() => 'resolved', (e) => [e instanceof Error, e.message])`;

runRows('workflow() finds a saved workflow', [
  ['in .muster/workflows', `return workflow('one')`, 1, { files: files({ one: 'return 1' }) }],
  [
    'in .claude/workflows',
    `return workflow('one')`,
    1,
    { files: { '.claude/workflows/one.js': child('one', 'return 1') } },
  ],
  [
    'in the user’s own folder',
    `return workflow('one')`,
    1,
    { userWorkflows: [{ type: 'text', path: '~/one.js', text: child('one', 'return 1') }] },
  ],
  [
    '.muster before .claude',
    `return workflow('one')`,
    'muster',
    {
      files: {
        '.claude/workflows/one.js': child('one', `return 'claude'`),
        '.muster/workflows/one.js': child('one', `return 'muster'`),
      },
    },
  ],
  [
    '.claude before the user’s own folder',
    `return workflow('one')`,
    'claude',
    {
      files: { '.claude/workflows/one.js': child('one', `return 'claude'`) },
      userWorkflows: [{ type: 'text', path: '~/one.js', text: child('one', `return 'own'`) }],
    },
  ],
  [
    'by meta.name',
    `return workflow('real-name')`,
    1,
    { files: { '.muster/workflows/file.js': child('real-name', 'return 1') } },
  ],
  [
    'then by the file’s name',
    `return workflow('file')`,
    1,
    { files: { '.muster/workflows/file.js': child('real-name', 'return 1') } },
  ],
  [
    'by meta.name before another file’s name',
    `return workflow('x')`,
    'by meta',
    {
      files: {
        '.muster/workflows/a.js': child('x', `return 'by meta'`),
        '.muster/workflows/x.js': child('y', `return 'by file'`),
      },
    },
  ],
  [
    'by a path inside the workspace',
    `return workflow({ scriptPath: 'tools/flow.js' })`,
    1,
    { files: { 'tools/flow.js': child('flow', 'return 1') } },
  ],
  [
    'by a path that begins with ./',
    `return workflow({ scriptPath: './tools/flow.js' })`,
    1,
    { files: { 'tools/flow.js': child('flow', 'return 1') } },
  ],
  [
    'in the snapshot, not in what agents propose',
    `await agent('a'); return workflow('new').catch(() => 'not there')`,
    'not there',
    {
      agents: {
        a: [
          callTool('write_file', {
            path: '.muster/workflows/new.js',
            text: child('new', 'return 1'),
          }),
          say('ok'),
        ],
      },
    },
  ],
]);

runRows('workflow() as a call', [
  [
    'passes args of its own',
    `return workflow('show', { a: [1] })`,
    ['object', { a: [1] }],
    { args: 'parent', files: files({ show: 'return [typeof args, args]' }) },
  ],
  [
    'passes a text as a text',
    `return workflow('show', '{"a":1}')`,
    ['string', '{"a":1}'],
    { files: files({ show: 'return [typeof args, args]' }) },
  ],
  [
    'without args, the child has undefined and not its parent’s',
    `return workflow('show')`,
    'undefined',
    { args: 'parent', files: files({ show: 'return typeof args' }) },
  ],
  [
    'args are copied by JSON',
    `const given = { when: new Date(0), gone: undefined }; const got = await workflow('show', given); given.when = 1; return got`,
    { when: '1970-01-01T00:00:00.000Z' },
    { files: files({ show: 'return args' }) },
  ],
  [
    'args that JSON has no text for reject, and name the place',
    message(`workflow('show', { a: [1n] })`),
    [true, 'The args of workflow() must be JSON, and args.a[0] is a bigint.'],
    { files: files({ show: 'return 1' }) },
  ],
  [
    'the result comes by JSON',
    `const got = await workflow('give'); return [got, got.constructor === Object]`,
    [{ when: '1970-01-01T00:00:00.000Z' }, true],
    { files: files({ give: 'return { when: new Date(0), gone: undefined }' }) },
  ],
  [
    'a child without a return gives null',
    `return [await workflow('none')]`,
    [null],
    { files: files({ none: `log('x')` }) },
  ],
  [
    'a result that JSON has no text for rejects, and names the place',
    message(`workflow('bad')`),
    [
      true,
      'The workflow "bad" must return JSON, and result.m is a Map; use an array or an object.',
    ],
    { files: files({ bad: 'return { m: new Map() }' }) },
  ],
  [
    'may run side by side',
    `return parallel([1, 2, 3].map((n) => () => workflow('double', n)))`,
    [2, 4, 6],
    { files: files({ double: `await agent('n' + args); return args * 2` }) },
  ],
  [
    'may run as a stage',
    `return pipeline([1, 2], (n) => workflow('double', n), (n) => n + 1)`,
    [3, 5],
    { files: files({ double: 'return args * 2' }) },
  ],
  [
    'returns a genuine promise',
    `const p = workflow('one'); return [p.constructor === Promise, await p]`,
    [true, 1],
    { files: files({ one: 'return 1' }) },
  ],
  [
    'shares no variables',
    `const secret = 2; return [await workflow('look'), typeof inner]`,
    ['undefined', 'undefined'],
    { files: files({ look: 'const inner = 1; return typeof secret' }) },
  ],
  [
    'the same limits, inside and outside',
    `await agent('a'); return workflow('more').catch((e) => [e.name, e.limit, e.value])`,
    ['WorkflowLimitError', 'maxAgents', 1],
    {
      limits: { maxAgents: 1 },
      config: { onLimit: 'stop' },
      files: files({ more: `return agent('b')` }),
    },
  ],
  [
    'the same concurrency',
    `return (await parallel([() => workflow('more'), () => workflow('more')])).length`,
    2,
    {
      limits: { concurrency: 1 },
      together: 1,
      files: files({ more: `return parallel([() => agent('a'), () => agent('b')])` }),
      sees: [[(bench) => ('mostRunning' in bench.model ? bench.model.mostRunning : null), 1]],
    },
  ],
  [
    'its agents show under its name',
    `await agent('before'); await workflow('inner'); return 1`,
    1,
    {
      files: files({ inner: `await agent('inside')` }),
      sees: [
        [
          queued('label', 'workflowId'),
          [
            ['before', null],
            ['inside', 1],
          ],
        ],
        [
          (bench) =>
            bench.engine.view.workflows.map(({ workflowId, name, error }) => [
              workflowId,
              name,
              error,
            ]),
          [[1, 'inner', null]],
        ],
      ],
    },
  ],
  [
    'its phases and log lines are the run’s',
    `phase('Outer'); await workflow('inner'); await agent('after'); return 1`,
    1,
    {
      files: files({ inner: `phase('Inner'); log('said')` }),
      sees: [
        [phases, ['Outer', 'Inner']],
        [logs, ['said']],
        [queued('phase'), [['Outer']]],
      ],
    },
  ],
  [
    'its edits count for the run',
    `await workflow('inner'); return files.changed()`,
    ['x.ts'],
    {
      files: files({ inner: `await agent('edit')` }),
      agents: { edit: [callTool('write_file', { path: 'x.ts', text: 'x' }), say('ok')] },
    },
  ],
  [
    'an agent that fails in it is null there',
    `return workflow('inner')`,
    [null],
    {
      files: files({ inner: `return [await agent('bad')]` }),
      agents: { bad: [fail('model_refused')] },
      sees: [[ends, ['failed model_refused']]],
    },
  ],
  [
    'its end is one journal entry, before the parent goes on',
    `await workflow('one'); await agent('a'); return 1`,
    1,
    {
      files: files({ one: 'return 1' }),
      sees: [
        [
          order('workflow.started', 'workflow.ended', 'agent.queued'),
          ['workflow.started', 'workflow.ended', 'agent.queued'],
        ],
      ],
    },
  ],
]);

const nested = {
  outer: `return workflow('inner').then(() => 'ran', (e) => e.message)`,
  inner: 'return 1',
};

runRows('workflow() that cannot', [
  [
    'one level only: from a child it throws, and says so',
    `return workflow('outer')`,
    'workflow() cannot be called in a child workflow: one level only. Call it in the main script.',
    { files: files(nested) },
  ],
  [
    'an unknown name throws a catchable Error, and lists the known ones',
    message(`workflow('nope')`),
    [true, 'There is no workflow "nope". There are: one.'],
    { files: files({ one: 'return 1' }) },
  ],
  [
    'an unknown name where there is none',
    message(`workflow('nope')`),
    [true, 'There is no workflow "nope". Keep it in .muster/workflows, as a .js file.'],
  ],
  [
    'a path where nothing is',
    message(`workflow({ scriptPath: 'gone.js' })`),
    [true, 'The workflow gone.js cannot be read: there is no such file.'],
  ],
  [
    'a path out of the workspace',
    message(`workflow({ scriptPath: '../x.js' })`),
    [
      true,
      'Cannot use the path "../x.js": it leads out of its folder with "..". Use a path relative to the workspace, with "/".',
    ],
  ],
  [
    'a hidden path',
    message(`workflow({ scriptPath: '.env' })`),
    [true, 'The workflow .env cannot be read: there is no such file.'],
    { files: { '.env': child('x', 'return 1') } },
  ],
  [
    'a file that is not text',
    message(`workflow({ scriptPath: 'x.js' })`),
    [true, 'The workflow x.js cannot be read: it is not text.'],
    { files: { 'x.js': new Uint8Array([0, 1, 2]) } },
  ],
  [
    'a file that could not be read',
    message(`workflow('locked')`),
    [true, 'The workflow ~/locked.js cannot be read: no rights.'],
    { userWorkflows: [{ type: 'refused', path: '~/locked.js', reason: 'no rights' }] },
  ],
  [
    'a syntax error names the place in the child',
    message(`workflow('bad')`),
    [
      true,
      '.muster/workflows/bad.js:2:7: Syntax error: Unexpected token. Write plain JavaScript (ES2023); types, decorators and JSX are not understood.',
    ],
    { files: files({ bad: 'const = 1' }) },
  ],
  [
    'an import in the child',
    `return workflow('bad').catch((e) => e.message.startsWith('.muster/workflows/bad.js:2:1: '))`,
    true,
    { files: files({ bad: `import 'fs'` }) },
  ],
  [
    'a call without a name',
    message('workflow()'),
    [true, 'workflow() needs a name, or { scriptPath } with a path in the workspace.'],
  ],
  [
    'a call with a number',
    message('workflow(7)'),
    [true, 'workflow() needs a name, or { scriptPath } with a path in the workspace.'],
  ],
  [
    'nothing is started for any of them',
    `await workflow('nope').catch(() => null); return 1`,
    1,
    {
      sees: [
        [count('workflow.started'), 0],
        [count('call.refused'), 1],
      ],
    },
  ],
  [
    'what a child throws can be caught, with its name and message',
    `return workflow('bad').catch((e) => [e.name, e.message])`,
    ['RangeError', 'inner'],
    { files: files({ bad: `throw new RangeError('inner')` }) },
  ],
  [
    'what a child throws and nobody catches has the place in the child’s file',
    `\nawait workflow('bad');`,
    threw('.muster/workflows/bad.js:3:11: inner', 3, 7),
    {
      files: files({ bad: `\nthrow new Error('inner')` }),
      sees: [[runError, '.muster/workflows/bad.js:3:11: inner (line 3, column 7)']],
    },
  ],
  [
    'a column in the child’s file is counted as editors do',
    `const 名 = '漢字'; await workflow('bad');`,
    threw('.muster/workflows/bad.js:2:29: inner', 2, 23),
    { files: files({ bad: `const a = '😀😀'; throw new Error('inner')` }) },
  ],
]);
