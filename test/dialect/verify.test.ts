import type { CommandResult } from '../../src/core/ports/commandRunner.ts';
import { passedCommand } from '../support/runBench.ts';
import { callTool, say } from '../support/scriptedModel.ts';
import { runRows, threw, type Row, type RowSetting } from './support/rows.ts';
import { count, order } from './support/sights.ts';

const ends = (result: Partial<CommandResult>): RowSetting => ({
  command: () => Promise.resolve({ ...passedCommand, ...result }),
});
const edit = {
  a: [callTool('write_file', { path: 'x.ts', text: 'x' }), say('ok')],
  b: [callTool('write_file', { path: 'y.ts', text: 'y' }), say('ok')],
};
const report = (passed: number, failed: number): RowSetting => ({
  report: {
    counts: { passed, failed, skipped: 1 },
    results: [{ name: 'adds', outcome: failed > 0 ? 'failed' : 'passed' }],
  },
});
const message = (call: string, more: RowSetting = {}): readonly [string, RowSetting] => [
  `return ${call}.then(() => 'resolved', (e) => [e instanceof Error, e.message])`,
  more,
];
const needs =
  'verify() needs a command: a string, or an object { command, cwd, timeoutMs, required, report, baseline, label, phase }.';

const refused = (title: string, call: string, text: string, more: RowSetting = {}): Row => {
  const [body, setting] = message(call, more);
  return [
    title,
    body,
    [true, text],
    {
      ...setting,
      sees: [
        [count('verify.started'), 0],
        [count('call.refused'), 1],
        [(bench) => bench.commands.length, 0],
      ],
    },
  ];
};

const command =
  (key: 'command' | 'directory' | 'timeoutMs') =>
  (bench: {
    readonly commands: readonly {
      readonly command: string;
      readonly directory: string;
      readonly timeoutMs: number;
    }[];
  }) =>
    bench.commands.map((request) => request[key]);

runRows('verify()', [
  [
    'resolves to a receipt',
    `const { ok, required, sandbox, exitCode, durationMs, tests, regressions, fixed, treeHash, logPath, output } = await verify('npm test'); return { ok, required, sandbox, exitCode, durationMs, tests, regressions, fixed, treeHash, logPath, output }`,
    {
      ok: true,
      required: true,
      sandbox: 'bwrap',
      exitCode: 0,
      durationMs: 7,
      tests: null,
      regressions: [],
      fixed: [],
      treeHash: 'tree-0',
      logPath: '/state/runs/run-1/verify/1/output.log',
      output: 'all good',
    },
  ],
  [
    'the receipt has these fields and no others',
    `return Object.keys(await verify('npm test')).toSorted()`,
    [
      'command',
      'cwd',
      'durationMs',
      'exitCode',
      'fixed',
      'logPath',
      'ok',
      'output',
      'regressions',
      'required',
      'sandbox',
      'tests',
      'timedOut',
      'treeHash',
    ],
  ],
  [
    'takes an object with a command',
    `return (await verify({ command: 'npm test' })).ok`,
    true,
    { sees: [[command('command'), ['npm test']]] },
  ],
  [
    'every other key may be undefined',
    `return (await verify({ command: 'npm test', cwd: undefined, timeoutMs: undefined, required: undefined, report: undefined, baseline: undefined, label: undefined, phase: undefined })).ok`,
    true,
  ],
  [
    'a failing command resolves with ok: false',
    `const { ok, exitCode, output } = await verify('npm test'); return [ok, exitCode, output]`,
    [false, 3, 'boom'],
    ends({ exitCode: 3, output: 'boom' }),
  ],
  [
    'a command that took too long resolves with ok: false',
    `const { ok, exitCode } = await verify('npm test'); return [ok, exitCode]`,
    [false, null],
    ends({ exitCode: null, timedOut: true }),
  ],
  [
    'output is the last 8,000 characters',
    `const { output } = await verify('npm test'); return [output.length, output.slice(0, 1), output.slice(-3)]`,
    [8000, 'b', 'end'],
    ends({ output: `${'a'.repeat(5000)}${'b'.repeat(7997)}end` }),
  ],
  [
    'tests counts what the command reported',
    `return (await verify('npm test')).tests`,
    { passed: 2, failed: 0, skipped: 1 },
    report(2, 0),
  ],
  [
    'a failed test makes it fail, whatever the exit code',
    `const { ok, exitCode } = await verify('npm test'); return [ok, exitCode]`,
    [false, 0],
    report(1, 1),
  ],
  [
    'required: false is on the receipt',
    `return (await verify({ command: 'npm test', required: false })).required`,
    false,
  ],
  [
    'runs on the run’s current tree, proposals included',
    `await agent('a'); const { treeHash } = await verify('npm test'); return treeHash === 'tree-0'`,
    false,
    {
      agents: edit,
      sees: [
        [
          (bench) =>
            bench.snapshots.directories.map(
              (tree) => tree === bench.ofType('verify.ended')[0]?.receipt?.treeHash,
            ),
          [true],
        ],
      ],
    },
  ],
  [
    'another edit is another tree',
    `await agent('a'); const one = await verify('npm test'); await agent('b'); const two = await verify('npm test'); return one.treeHash === two.treeHash`,
    false,
    { agents: edit },
  ],
  [
    'the same tree has the same hash',
    `const one = await verify('npm test'); const two = await verify('npm test'); return one.treeHash === two.treeHash`,
    true,
  ],
  [
    'cwd is a folder of that tree',
    `return (await verify({ command: 'npm test', cwd: './packages/app/' })).ok`,
    true,
    { sees: [[command('directory'), ['/scratch/tree-0/packages/app']]] },
  ],
  [
    'timeoutMs goes to the command',
    `return (await verify({ command: 'npm test', timeoutMs: 1234 })).ok`,
    true,
    { sees: [[command('timeoutMs'), [1234]]] },
  ],
  [
    'report: none reads no report',
    `return (await verify({ command: 'npm test', report: 'none' })).tests`,
    null,
    report(2, 0),
  ],
  ...['auto', 'tap', 'junit', 'json'].map((kind): Row => [
    `report: ${kind} reads one`,
    `return (await verify({ command: 'npm test', report: '${kind}' })).tests.passed`,
    2,
    report(2, 0),
  ]),
  [
    'label and phase show in the run tree',
    `phase('One'); await verify({ command: 'npm test', label: 'Unit tests', phase: 'Two' }); await verify('npm test'); return 1`,
    1,
    {
      sees: [
        [
          (bench) => bench.ofType('verify.started').map(({ label, phase }) => [label, phase]),
          [
            ['Unit tests', 'Two'],
            ['npm test', 'One'],
          ],
        ],
      ],
    },
  ],
  [
    'with baseline it runs once more on the snapshot',
    `await agent('a'); return (await verify({ command: 'npm test', baseline: true })).regressions`,
    [],
    {
      agents: edit,
      ...report(1, 0),
      sees: [
        [
          (bench) => bench.snapshots.directories.map((tree) => tree === 'tree-0').toSorted(),
          [false, true],
        ],
      ],
    },
  ],
  [
    'its receipt is journaled before the script sees it',
    `await verify('npm test'); await agent('a'); return 1`,
    1,
    {
      sees: [
        [
          order('verify.started', 'verify.ended', 'agent.queued'),
          ['verify.started', 'verify.ended', 'agent.queued'],
        ],
      ],
    },
  ],
  [
    'returns a genuine promise',
    `const p = verify('npm test'); await p; return p.constructor === Promise`,
    true,
  ],
  [
    'gives a verdict',
    `await verify('npm test'); return 1`,
    1,
    { sees: [[(bench) => bench.ended?.verdict, 'passed']] },
  ],
  [
    'that fails gives a verdict, too',
    `await verify('npm test'); return 1`,
    1,
    { ...ends({ exitCode: 1 }), sees: [[(bench) => bench.ended?.verdict, 'failed']] },
  ],
]);

runRows('verify() throws only where the command could not be run at all', [
  refused(
    'a command that was not approved',
    `verify('rm ' + '-r x')`,
    'verify: the command "rm -r x" was not approved. Approve it with the plan, or allow it (--allow-command).',
  ),
  refused(
    'no sandbox and no consent',
    `verify('npm test')`,
    'verify: "npm test" would run code written by agents with your rights, because no sandbox is available. Give that consent with the plan (--unsandboxed).',
    { sandbox: 'none' },
  ),
  refused('no command', 'verify()', needs),
  refused('an empty command', `verify('  ')`, needs),
  refused('a number', 'verify(7)', needs),
  refused('an object without a command', `verify({ label: 'x' })`, needs),
  refused('a command that is no text', `verify({ command: ['npm', 'test'] })`, needs),
  refused('a report of an unknown kind', `verify({ command: 'npm test', report: 'xml' })`, needs),
  refused(
    'a cwd that leaves the workspace',
    `verify({ command: 'npm test', cwd: '../other' })`,
    'verify: cwd "../other" leaves the workspace.',
  ),
  refused(
    'a cwd that leaves it on the way',
    `verify({ command: 'npm test', cwd: 'a/../../b' })`,
    'verify: cwd "a/../../b" leaves the workspace.',
  ),
  [
    'a command that cannot be started',
    `return verify('npm test').catch((e) => e.message)`,
    'verify: no such shell',
    {
      command: () => Promise.reject(new Error('no such shell')),
      sees: [[(bench) => bench.ended?.verdict, 'unverified']],
    },
  ],
  ['an uncaught one has its place', `\n  await verify();`, threw(needs, 3, 9)],
  [
    'with consent it runs without a sandbox, and the receipt says so',
    `return (await verify('npm test')).sandbox`,
    'none',
    { sandbox: 'none', config: { unsandboxed: true } },
  ],
]);
