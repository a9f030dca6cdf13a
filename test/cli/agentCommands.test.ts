import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Json } from '../../src/base/json.ts';
import { hasSandbox } from '../support/hasSandbox.ts';
import { fail } from '../support/messagesApi/replies.ts';
import { blocksOf, type WireRequest } from '../support/messagesApi/wireRequest.ts';
import { obey } from '../host/support/obedientModel.ts';
import { agentThatDoes, workflow } from '../host/support/workflowScript.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';

const run = (command: string, more: Readonly<Record<string, Json>> = {}) => ({
  name: 'run_command',
  input: { command, ...more },
});
/** Where there is no sandbox, commands need the consent, and get it. */
const options = ['--json', '--unsandboxed', '--allow-command'];

describe('Agents that run commands', function () {
  this.timeout(60_000);
  const test = useCliBed();
  const requests: WireRequest[] = [];
  const respond = (request: WireRequest) => {
    requests.push(request);
    return obey(request);
  };
  beforeEach(async () => {
    requests.length = 0;
    await test.bed.useSample({ '.gitignore': 'node_modules\nbuilt\n' });
  });

  /** Texts of the tool results that were sent back to the model. */
  const results = (): readonly string[] =>
    (requests.at(-1)?.messages ?? [])
      .flatMap(({ content }) => blocksOf(content))
      .filter((block) => block.type === 'tool_result')
      .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));

  it('find what the setup command built, once a directory, and so does a verification', async () => {
    const build = `node -e 'const fs = require("fs"); fs.mkdirSync("built"); fs.writeFileSync("built/tool.js", "console.log(40 + 2)")'`;
    const api = await test.bed.startModel(respond);
    const agent = agentThatDoes([run('node built/tool.js'), run('node built/tool.js')]);
    const source = workflow(`await ${agent}; return (await verify('node built/tool.js')).output;`);
    const started = test.bed.startScript(source, api, ...options, '*', '--setup', build);
    const { stdout, stderr } = await (await started).ended;
    const end = readEnd(stdout);
    assert.deepEqual([end.verdict, end.proposals.files], ['passed', 0], stderr);
    assert.match(JSON.stringify(end.result), /^"42/u);
    for (const result of results()) assert.match(result, /^Exit code 0[^]*42/u);
    const setups = readEvents(stdout).filter((event) => event.type === 'setup.ended');
    assert.partialDeepStrictEqual(setups, [{ command: build, exitCode: 0 }]);
    const audit = await test.bed.run('audit', end.runId);
    assert.equal(audit.exitCode, 0, audit.stdout);
    const edited = await test.bed.writeScript(`${source}// once more`);
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl, '--yes'];
    const resumed = await test.bed.run('resume', end.runId, '--script', edited, ...model, '--json');
    assert.equal(resumed.exitCode, 0, resumed.stderr);
  });

  it('do not run when the setup command fails, and the log says why', async () => {
    const api = await test.bed.startModel(respond);
    const source = workflow(`return verify('true').catch((error) => error.message);`);
    const build = `sh -c 'echo no compiler here; exit 3'`;
    const started = test.bed.startScript(source, api, ...options, '*', '--setup', build);
    const { stdout } = await (await started).ended;
    const end = readEnd(stdout);
    assert.match(
      JSON.stringify(end.result),
      /failed with exit code 3\. Its output is in setup\/0001\.log/u,
    );
    assert.equal(end.verdict, 'unverified');
    const folder = path.join(await test.bed.stateDirectory(), 'runs', end.runId);
    assert.match(await readFile(path.join(folder, 'setup/0001.log'), 'utf8'), /no compiler here/u);
    const none = await test.bed.run('run', '--script', 'x.js', '--setup', ' ');
    assert.equal(none.exitCode, 2);
    assert.match(none.stderr, /--setup takes a command/u);
  });

  async function runAgent(
    orders: Parameters<typeof agentThatDoes>[0],
    { isolation, allowed = '*' }: { readonly isolation?: string; readonly allowed?: string } = {},
  ) {
    const api = await test.bed.startModel(respond);
    const call = agentThatDoes(orders, isolation === undefined ? {} : { isolation });
    const source = workflow(`return await ${call};`);
    const { stdout, stderr } = await (
      await test.bed.startScript(source, api, ...options, allowed)
    ).ended;
    return { end: readEnd(stdout), events: readEvents(stdout), stderr };
  }

  it('see their own edits there, and what a command changes becomes a proposal', async () => {
    const before = await readFile(path.join(test.bed.workspace, 'lib/util/money.js'), 'utf8');
    const { end, events } = await runAgent([
      { name: 'write_file', input: { path: 'note.txt', text: 'of the agent' } },
      run(`node -e 'const fs = require("fs"); console.log(fs.readFileSync("note.txt", "utf8"))'`),
      run(`node -e 'require("fs").writeFileSync("money.js", "formatted")'`, { cwd: 'lib/util' }),
    ]);
    assert.match(results()[1] ?? '', /^Exit code 0[^]*of the agent/u);
    assert.match(results()[2] ?? '', /Files that it changed: lib\/util\/money\.js\./u);
    assert.equal(end.proposals.files, 2);
    assert.equal(
      await readFile(path.join(test.bed.workspace, 'lib/util/money.js'), 'utf8'),
      before,
      'the workspace is as it was',
    );
    const ran = events.filter((event) => event.type === 'command.ended');
    const sandbox = hasSandbox() ? 'bwrap' : 'none';
    assert.deepEqual(
      ran.map((event) => [event.allowedBy, event.sandbox, event.exitCode]),
      [
        ['list', sandbox, 0],
        ['list', sandbox, 0],
      ],
    );
    const [log] = ran[0]?.files ?? [];
    const folder = path.join(await test.bed.stateDirectory(), 'runs', end.runId);
    assert.equal(await readFile(path.join(folder, log?.name ?? ''), 'utf8'), 'of the agent\n');
    const audit = await test.bed.run('audit', end.runId);
    assert.equal(audit.exitCode, 0, audit.stdout + audit.stderr);
  });

  it('find what they built only with a directory of their own', async () => {
    const build = run(`node -e 'require("fs").writeFileSync("built", "1")'`);
    const look = run(`node -e 'console.log("built:", require("fs").existsSync("built"))'`);
    await runAgent([build, look]);
    assert.match(results()[1] ?? '', /built: false/u);
    const { end } = await runAgent([build, look], { isolation: 'worktree' });
    assert.match(results()[1] ?? '', /built: true/u);
    assert.equal(end.proposals.files, 0, 'what git ignores is no proposal');
  });

  it('are told why a command was refused, and go on', async () => {
    const { end } = await runAgent([run('git push --force'), run('node -e 1; git push --force')], {
      allowed: 'node *',
    });
    assert.equal(end.status, 'completed');
    assert.equal(results().length, 2);
    for (const text of results()) assert.match(text, /not on the list of allowed ones/u);
  });

  it('run again after commands without a sandbox only when the user says so', async () => {
    let isBroken = true;
    const api = await test.bed.startModel((request) =>
      request.messages.length > 1 && isBroken ? fail(400) : respond(request),
    );
    const source = workflow(`return await ${agentThatDoes([run('node -e 1')], { retries: 0 })};`);
    test.bed.variables = { MUSTER_SANDBOX: 'off' };
    const first = await (await test.bed.startScript(source, api, ...options, '*')).ended;
    const { runId, status } = readEnd(first.stdout);
    assert.equal(status, 'failed');
    isBroken = false;
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
    const resume = ['resume', runId, ...options, '*', ...model];
    const refused = await test.bed.run(...resume);
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /1 agent ran commands without a sandbox .* Pass --yes/u);
    const resumed = await test.bed.run(...resume, '--yes');
    assert.equal(resumed.exitCode, 0, resumed.stderr);
  });

  it('leave the repository of the user as it is', async () => {
    const status = (): string =>
      execFileSync('git', ['status', '--porcelain', '--ignored'], {
        cwd: test.bed.workspace,
        encoding: 'utf8',
      });
    const before = status();
    await runAgent([run(`node -e 'require("fs").rmSync("lib", { recursive: true })'`)]);
    assert.match(results()[0] ?? '', /Files that it changed: lib\//u);
    assert.equal(status(), before);
  });
});
