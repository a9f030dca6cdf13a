import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import * as z from 'zod';
import { Estimate } from '../../src/protocol/estimate.ts';
import { ScriptCheck } from '../../src/protocol/plan.ts';
import { text } from '../support/messagesApi/replies.ts';
import { fingerprint } from '../host/support/sampleWorkspace.ts';
import { workflow } from '../host/support/workflowScript.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';

const Shown = Estimate.extend({ name: z.string(), check: ScriptCheck });

const twoPhases = workflow(`phase('Read');
const names = files('lib/**/*.js').slice(0, args?.most ?? 2);
await parallel(names.map((name) => () => agent('read ' + name, { agentType: 'explore', model: 'opus' })));
phase('Change');
await agent('change');
if (!(await verify('npm test')).ok) await agent('repair');`);

describe('muster estimate', () => {
  const test = useCliBed();
  beforeEach(() => test.bed.useSample());

  it('prints phases, models, tokens, dollars, commands and the longest chain, without a key', async () => {
    const script = await test.bed.writeScript(twoPhases);
    const { stdout, stderr, exitCode } = await test.bed.run('estimate', '--script', script);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.replaceAll(/ {3,}/gu, '  ')),
      [
        'test-workflow: 3–4 agents, 2 models, $0.17 – $0.60',
        '',
        '  phase  agents  models  tokens  dollars',
        '  Read  2  claude-opus-5-5  40k – 120k  $0.13 – $0.40',
        '  Change  1–2  claude-sonnet-5-5  20k – 120k  $0.03 – $0.20',
        '  total  3–4  claude-opus-5-5, claude-sonnet-5-5  60k – 240k  $0.17 – $0.60',
        '',
        'Models: claude-opus-5-5, claude-sonnet-5-5',
        'Tokens: 60k – 240k (assumed, without history: four requests per agent, two files read, one changed)',
        'Longest chain: 2–3 agents in sequence',
        'Tools: read_file, list_files, search_text, edit_file, write_file, delete_file, move_file, run_command',
        'May write: anything the run allows',
        'Runs: npm test',
        'Verifications: 1',
        'A mock run with stubs instead of agents. Nothing was sent, nothing ran.',
        '',
      ],
    );
  });

  it('gives one JSON object, by the args that it was given', async () => {
    const script = await test.bed.writeScript(twoPhases);
    // A default model of another maker stands in for the alias, too.
    const args = ['--args', '{"most":1}', '--json', '--model', 'mine'];
    const { stdout, exitCode } = await test.bed.run('estimate', '--script', script, ...args);
    assert.equal(exitCode, 0);
    const { name, agents, models, usd, check } = Shown.parse(JSON.parse(stdout));
    assert.deepEqual(
      [name, agents, models, usd, check.ok],
      ['test-workflow', { min: 2, max: 3 }, ['mine'], null, true],
    );
  });

  it('stops at the cap that it was given', async () => {
    const script = await test.bed.writeScript(workflow(`for (;;) await agent('again');`));
    const options = ['--script', script, '--max-agents', '5', '--provider', 'offline'];
    const { stdout, exitCode } = await test.bed.run('estimate', ...options);
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^test-workflow: 5 agents \(unbounded: stopped at the limit of 5\), 1 model, \$0\.00\n/u,
    );
    assert.match(stdout, /^With the lean stub, the mock run was stopped, so there may be more: /mu);
  });

  it('counts with the agents of earlier runs in this workspace', async () => {
    const source = workflow(`await parallel([1, 2, 3].map((n) => () => agent('task ' + n)));`);
    const api = await test.bed.startModel(() => text('done'));
    const run = await (await test.bed.startScript(source, api, '--json')).ended;
    assert.equal(readEnd(run.stdout).agents.ok, 3);
    const script = await test.bed.writeScript(source);
    const { stdout } = await test.bed.run('estimate', '--script', script, '--json');
    const { tokenSources } = Shown.parse(JSON.parse(stdout));
    assert.deepEqual(tokenSources, ["this workspace's history: 3 agents, general-purpose"]);
  });

  it('takes a saved workflow by its name', async () => {
    const bed = test.bed;
    await bed.useSample({ '.muster/workflows/tidy.js': workflow(`await agent('tidy')`) });
    for (const name of ['test-workflow', 'tidy']) {
      const { stdout, exitCode } = await bed.run('estimate', '--workflow', name);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^test-workflow: 1 agent, /u);
    }
    const parent = await bed.writeScript(workflow(`await workflow('tidy'); await agent('more')`));
    const { stdout } = await bed.run('estimate', '--script', parent);
    assert.match(stdout, /^test-workflow: 2 agents, [^]*^Child workflows: test-workflow$/mu);
    const missing = await bed.run('estimate', '--workflow', 'nowhere');
    assert.equal(missing.exitCode, 2);
    assert.match(missing.stderr, /^There is no workflow "nowhere"/u);
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['neither script nor workflow', [], /Pass either --script FILE or --workflow NAME\./u],
    ['both', ['--script', 'a', '--workflow', 'b'], /Pass either --script FILE or --workflow/u],
    ['a script that is not there', ['--script', 'nowhere.js'], /Cannot read nowhere\.js/u],
    ['an unknown provider', ['--script', 'a', '--provider', 'oracle'], /no provider "oracle"/u],
  ];
  for (const [name, options, sentence] of wrong) {
    it(`refuses ${name}`, async () => {
      const { stdout, stderr, exitCode } = await test.bed.run('estimate', ...options);
      assert.deepEqual([stdout, exitCode], ['', 2]);
      assert.match(stderr, sentence);
    });
  }

  for (const command of [['estimate'], ['run', '--dry-run']]) {
    it(`says with code 2 what is wrong with a script: ${command.join(' ')}`, async () => {
      const script = await test.bed.writeScript(workflow(`require('fs')`));
      const { stdout, stderr, exitCode } = await test.bed.run(...command, '--script', script);
      assert.deepEqual([stdout, exitCode], ['', 2]);
      assert.match(stderr, /:2:1: error: .*did not pass the check/su);
    });
  }
});

describe('muster run --dry-run', () => {
  const test = useCliBed();
  beforeEach(() => test.bed.useSample());

  it('estimates a script and runs nothing, without a key or an approval', async () => {
    const bed = test.bed;
    const before = await fingerprint(bed.workspace);
    const script = await bed.writeScript(twoPhases);
    const { stdout, exitCode } = await bed.run('run', '--script', script, '--dry-run');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^test-workflow: 3–4 agents, 2 models, /u);
    assert.deepEqual(await fingerprint(bed.workspace), before);
    await assert.rejects(access(`${await bed.stateDirectory()}/runs`), 'no run was made');
  });

  it('plans a request, estimates the plan and runs nothing', async () => {
    const options = ['modernise lib to ES2020', '--provider', 'offline', '--dry-run'];
    const { stdout, stderr, exitCode } = await test.bed.run('run', ...options);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^ {2}estimate: \d+(–\d+)? agents?, 1 model, \$0\.00$/mu);
    assert.match(stdout, /^A mock run with stubs instead of agents/mu);
    const { stdout: runs } = await test.bed.run('runs', '--json');
    assert.deepEqual(JSON.parse(runs), []);
  });

  it('gives one JSON object', async () => {
    const options = ['modernise lib to ES2020', '--provider', 'offline', '--dry-run', '--json'];
    const { stdout, exitCode } = await test.bed.run('run', ...options);
    assert.equal(exitCode, 0);
    const { agents, usd } = Shown.parse(JSON.parse(stdout));
    assert.ok(agents.max > 0, stdout);
    assert.deepEqual(usd, { min: 0, max: 0 });
  });
});
