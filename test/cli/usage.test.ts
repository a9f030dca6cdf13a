import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { useCliBed } from './support/cliBed.ts';
import { manyAgents, workflow } from '../host/support/workflowScript.ts';

const commands = [
  'run',
  'estimate',
  'resume',
  'check',
  'workflows',
  'runs',
  'show',
  'proposals',
  'accept',
  'reject',
  'undo',
  'gate',
  'pause',
  'cancel',
  'throttle',
  'skip',
  'retry',
  'prune',
];

describe('muster: usage', () => {
  const test = useCliBed();

  it('explains itself: commands, exit codes, environment', async () => {
    const result = await test.bed.startBare(['--help']).ended;
    assert.equal(result.exitCode, 0);
    for (const command of commands) assert.match(result.stdout, new RegExp(`^  ${command} `, 'mu'));
    assert.match(result.stdout, /0 completed .* 1 failed .* 2 wrong usage .* 130 cancelled/su);
    assert.match(
      result.stdout,
      /ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, MUSTER_STATE_DIR, NO_COLOR/u,
    );
    assert.equal(result.stderr, '');
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['fly'], /unknown command 'fly'/u],
    ['an unknown option', ['run', 'x', '--fast'], /unknown option '--fast'/u],
    [
      'neither request nor script',
      ['run'],
      /Pass a request in words, --script FILE or --workflow NAME\./u,
    ],
    ['request and script', ['run', 'x', '--script', 'a.js'], /Pass a request in words/u],
    ['a number that is none', ['run', 'x', '--max-agents', 'many'], /"many" is not a number/u],
    ['a number out of range', ['run', 'x', '--concurrency', '257'], /out of range.*concurrency/u],
    ['args that are no JSON', ['run', 'x', '--args', '{oops'], /--args is not valid JSON/u],
    ['two kinds of args', ['run', 'x', '--args', '1', '--args-file', 'a'], /not both/u],
    ['an unknown provider', ['run', 'x', '--provider', 'oracle'], /no provider "oracle"/u],
    ['an unknown accept', ['run', 'x', '--accept', 'some'], /all or none, not "some"/u],
    ['a script that is not there', ['check', 'nowhere.js'], /Cannot read nowhere\.js/u],
    ['a run that is not there', ['show', 'nowhere', '--cwd', '.'], /No run "nowhere"/u],
    ['no selector', ['accept'], /missing required argument 'run'/u],
  ];
  for (const [name, args, sentence] of wrong) {
    it(`refuses ${name} with code 2 and one sentence`, async () => {
      const result = await test.bed.startBare(args, {
        env: { MUSTER_STATE_DIR: test.bed.stateRoot },
      }).ended;
      assert.match(result.stderr, sentence);
      assert.equal(result.stderr.trimEnd().split('\n').length, 1, result.stderr);
      assert.equal(result.stdout, '');
      assert.equal(result.exitCode, 2);
    });
  }

  it('refuses a workspace that is not there', async () => {
    const result = await test.bed.startBare(['runs', '--cwd', 'nowhere']).ended;
    assert.match(result.stderr, /^The workspace .*nowhere cannot be opened: [^\n]*\n$/u);
    assert.equal(result.exitCode, 2);
  });

  it('checks good scripts', async () => {
    const file = await test.bed.writeScript(manyAgents(2));
    const result = await test.bed.startBare(['check', file]).ended;
    const { exitCode, stdout, stderr } = result;
    assert.deepEqual([exitCode, stdout, stderr], [0, `${file}: ok\n`, '']);
  });

  it('says where a bad script is wrong and what to write, and goes on with the next', async () => {
    const bad = await test.bed.writeScript(workflow(`log('x');\n  const fs = require('fs');`));
    const good = await test.bed.writeScript(manyAgents(2));
    const result = await test.bed.startBare(['check', bad, good]).ended;
    assert.equal(result.exitCode, 1);
    const [first, second] = result.stdout.trimEnd().split('\n');
    assert.ok(first?.startsWith(`${bad}:3:14: error: `), first);
    assert.equal(second, `${good}: ok`);
    const json = await test.bed.startBare(['check', '--json', bad]).ended;
    assert.equal(json.exitCode, 1);
    const check: unknown = JSON.parse(json.stdout);
    assert.partialDeepStrictEqual(check, { file: bad, ok: false });
  });

  it('leaves nothing behind when it refuses', async () => {
    await test.bed.useSample();
    const script = await test.bed.writeScript(manyAgents(1));
    const refused = await test.bed.run('run', '--script', script, '--provider', 'offline');
    assert.match(refused.stderr, /No terminal to approve the plan\. Pass --yes/u);
    assert.equal(refused.exitCode, 2);
    const keyless = await test.bed.run('run', 'modernise lib', '--yes');
    assert.match(keyless.stderr, /No ANTHROPIC_API_KEY is set\. .*--provider offline/u);
    assert.equal(keyless.exitCode, 2);
    assert.deepEqual((await readdir(test.bed.root)).includes('state'), false);
  });
});
