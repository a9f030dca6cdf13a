import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { useCliBed } from './support/cliBed.ts';
import { completeRun } from './support/reviewedRun.ts';
import { readEnd } from './support/publicEvents.ts';
import { obey } from '../host/support/obedientModel.ts';
import { fingerprint, listFiles, writeFiles } from '../host/support/sampleWorkspace.ts';
import { agentThatDoes, agentThatEdits, workflow } from '../host/support/workflowScript.ts';
import { text } from '../support/messagesApi/replies.ts';

const edit = { path: 'lib/util/money.js', from: "currency || 'EUR'", to: "currency ?? 'EUR'" };
const editing = workflow(`await ${agentThatEdits(edit, { label: 'money' })};`);

describe('muster: runs on disk', () => {
  const test = useCliBed();

  it('keeps a run as a folder that only its user can enter', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const source = workflow(
      `await ${agentThatEdits(edit)};\nawait verify('node -e "console.log(1)"');`,
    );
    const options = ['--json', '--unsandboxed', '--args', '{"a":1}'];
    const { stdout } = await (await test.bed.startScript(source, api, ...options)).ended;
    const { runId, headHash } = readEnd(stdout);
    const state = await test.bed.stateDirectory();
    const run = path.join(state, 'runs', runId);
    const files = (await listFiles(run)).filter((name) => !name.startsWith('blobs'));
    assert.deepEqual(files, [
      'agents/0001/changes.patch',
      'agents/0001/transcript.jsonl',
      'journal.jsonl',
      'owner.json',
      'proposals.json',
      'report.md',
      'run.json',
      'script.js',
      'seal.json',
      'verify/0001/output.log',
      'verify/0001/receipt.json',
    ]);
    for (const folder of [state, path.join(state, 'runs'), run, path.join(run, 'agents')]) {
      assert.equal((await stat(folder)).mode & 0o777, 0o700, folder);
    }
    assert.equal(await readFile(path.join(run, 'script.js'), 'utf8'), source);
    assert.equal(await readFile(path.join(run, 'verify/0001/output.log'), 'utf8'), '1\n');
    const head: unknown = JSON.parse(await readFile(path.join(run, 'run.json'), 'utf8'));
    const workspace = test.bed.workspace;
    assert.partialDeepStrictEqual(head, { runId, workspace, argsJson: '{"a":1}' });
    const lines = (await readFile(path.join(run, 'journal.jsonl'), 'utf8')).trimEnd().split('\n');
    assert.partialDeepStrictEqual(JSON.parse(lines.at(-1) ?? ''), { kind: 'run.ended', headHash });
    assert.match(await readFile(path.join(run, 'report.md'), 'utf8'), /verdict/iu);
  });

  it('leaves the workspace and the git of its user as they were', async () => {
    await test.bed.useSample();
    const gitFolder = path.join(test.bed.workspace, '.git');
    const [before, gitBefore] = [
      await fingerprint(test.bed.workspace),
      await fingerprint(gitFolder),
    ];
    await completeRun(test.bed, editing);
    assert.deepEqual(await fingerprint(test.bed.workspace), before);
    assert.deepEqual(await fingerprint(gitFolder), gitBefore);
  });

  it('works where there is no git repository', async () => {
    await writeFiles(test.bed.workspace, {
      'a.txt': 'old\n',
      'node_modules/dependency/index.js': 'old\n',
      '.env': 'SECRET=1\n',
    });
    const source = workflow(`
      await ${agentThatEdits({ path: 'a.txt', from: 'old', to: 'new' })};
      return files();`);
    const api = await test.bed.startModel(obey);
    const options = ['--json', '--accept', 'all'];
    const { stdout, stderr, exitCode } = await (
      await test.bed.startScript(source, api, ...options)
    ).ended;
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(readEnd(stdout).result, ['a.txt']);
    assert.equal(await readFile(path.join(test.bed.workspace, 'a.txt'), 'utf8'), 'new\n');
  });

  it('puts its state where the environment says, and never into the workspace', async () => {
    await test.bed.useSample();
    const before = await listFiles(test.bed.workspace);
    const script = await test.bed.writeScript(workflow('return 1;'));
    const run = ['run', '--script', script, '--provider', 'offline', '--yes', '--quiet'];
    const xdg = path.join(test.bed.root, 'xdg');
    const named = path.join(test.bed.root, 'named');
    const variants = [
      [{}, path.join(test.bed.home, '.local/state/muster')],
      [{ XDG_STATE_HOME: xdg }, path.join(xdg, 'muster')],
      [{ XDG_STATE_HOME: xdg, MUSTER_STATE_DIR: named }, named],
    ] as const;
    for (const [env, folder] of variants) {
      const cwd = test.bed.workspace;
      const result = await test.bed.startBare(run, { env, cwd }).ended;
      assert.equal(result.exitCode, 0, result.stderr);
      const [workspaceState] = await readdir(folder);
      assert.match(workspaceState ?? '', /^workspace-[0-9a-f]{12}$/u);
    }
    assert.deepEqual(await listFiles(test.bed.workspace), before);
  });

  it('runs twice at the same time in one workspace, each with its own id', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const started = await Promise.all(
      [1, 2].map(() => test.bed.startScript(editing, api, '--json')),
    );
    const ends = await Promise.all(started.map(async (process) => (await process.ended).stdout));
    const [one, two] = ends.map(readEnd);
    assert.deepEqual([one?.status, two?.status], ['completed', 'completed']);
    assert.deepEqual([one?.proposals.files, two?.proposals.files], [1, 1]);
    assert.notEqual(one?.runId, two?.runId);
    const listed = await test.bed.run('runs', '--json');
    const ids = (JSON.parse(listed.stdout) as { readonly runId: string }[]).map((run) => run.runId);
    assert.deepEqual(ids.toSorted(), [one?.runId, two?.runId].toSorted());
  });

  it('finds a run by id, by the beginning of one, and as the last', async () => {
    await test.bed.useSample();
    const empty = await test.bed.run('runs');
    assert.deepEqual([empty.exitCode, empty.stdout], [0, 'No runs yet.\n']);
    const none = await test.bed.run('show', 'last');
    assert.equal(none.exitCode, 2);
    const first = await completeRun(test.bed, editing);
    const second = await completeRun(test.bed, editing);
    const shown = async (name: string) => {
      const { stdout, exitCode } = await test.bed.run('show', name, '--json');
      assert.equal(exitCode, 0);
      return (JSON.parse(stdout) as { readonly runId: string }).runId;
    };
    assert.equal(await shown(first), first);
    assert.equal(await shown(first.slice(0, -1)), first);
    assert.equal(await shown('last'), second);
    const unclear = await test.bed.run('show', first.slice(0, 4));
    assert.match(unclear.stderr, /matches 2 runs\. "muster runs" lists them\.\n$/u);
    assert.equal(unclear.exitCode, 2);
    const list = (await test.bed.run('runs')).stdout.trimEnd().split('\n');
    assert.ok(list[0]?.startsWith(`${second}  completed  unverified  `), list[0]);
    assert.ok(list[1]?.startsWith(`${first}  completed  unverified  `), list[1]);
    const report = await test.bed.run('show', first);
    assert.match(report.stdout, /^## Verdict$/mu);
  });

  const configured = 'configured-key-of-no-known-shape-0123456789';
  const leaked = `sk-ant-api03-${'A1b2C3d4'.repeat(10)}`;

  /** Files under the state folder that hold a key, after a run whose agent answers with that text. */
  async function filesWithKey(answer: string): Promise<readonly string[]> {
    await test.bed.useSample();
    const api = await test.bed.startModel(() => text(answer));
    const source = workflow(`
      const answer = await agent('the key is ${leaked}');
      log(answer.slice(-200));
      return answer;`);
    const script = await test.bed.writeScript(source);
    const options = ['--base-url', api.baseUrl, '--yes', '--json'];
    const env = { ANTHROPIC_API_KEY: configured, MUSTER_LOG: '1' };
    const args = ['run', '--script', script, '--provider', 'anthropic', ...options];
    const { exitCode, stderr } = await test.bed.start(args, { env }).ended;
    assert.equal(exitCode, 0, stderr);
    assert.ok(JSON.stringify(api.requests[0]?.headers).includes(configured), 'the model got it');
    assert.ok(!stderr.includes(configured) && !stderr.includes(leaked));
    const state = await test.bed.stateDirectory();
    const found: string[] = [];
    for (const name of await listFiles(state)) {
      const content = await readFile(path.join(state, name), 'utf8');
      if (content.includes(configured) || content.includes(leaked)) found.push(name);
    }
    // The script is kept to the byte: its hash is what was approved.
    return found.filter((name) => !name.endsWith('/script.js'));
  }

  it('lets no key reach its folder, neither the configured one nor one in an answer', async () => {
    assert.deepEqual(await filesWithKey(`The keys: ${leaked} and ${configured}.`), []);
  });

  it('lets no key reach its folder from an answer that is too long for the journal', async () => {
    const answer = `${'long answer '.repeat(1000)} ${leaked} ${configured}`;
    assert.deepEqual(await filesWithKey(answer), []);
  });

  it('proposes what agents wrote in files that an accept must name', async () => {
    await test.bed.useSample();
    const workflowFile = {
      name: 'write_file',
      input: { path: '.github/workflows/ci.yml', text: 'on: push\n' },
    };
    const runId = await completeRun(test.bed, workflow(`await ${agentThatDoes([workflowFile])};`));
    const tree = await test.bed.run('proposals', runId);
    assert.match(tree.stdout, /ci\.yml {2}create {2}! /u);
    const bulk = await test.bed.run('accept', runId, '--all');
    assert.match(bulk.stdout, /needs an accept of its own/u);
    assert.equal(bulk.exitCode, 1);
    const named = await test.bed.run('accept', runId, '--file', '.github/workflows/ci.yml');
    assert.equal(named.exitCode, 0, named.stdout);
  });
});
