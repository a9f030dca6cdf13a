import assert from 'node:assert/strict';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { obey, promptOf } from '../host/support/obedientModel.ts';
import { agentThatDoes, agentThatEdits, workflow } from '../host/support/workflowScript.ts';
import { fail, text } from '../support/messagesApi/replies.ts';
import type { MessagesApi, Respond } from '../support/messagesApi/startMessagesApi.ts';
import { lastUserText } from '../support/messagesApi/wireRequest.ts';

const twoPhases = (ending: string): string => `
export const meta = { name: 'two', description: 'two phases', phases: ['A', 'B'] };
phase('A');
const first = await parallel(Array.from({ length: 40 }, (_, i) => () => agent('first ' + i)));
await new Promise((resolve) => setTimeout(resolve, 5));
phase('B');
const second = await pipeline(first.map((_, i) => i), (i) => agent('second ' + i), (r, i) => [i, r]);
${ending}
return { first: first.filter(Boolean).length, second: second.filter(Boolean).length };
`;

describe('muster resume', function () {
  this.timeout(90_000);
  const test = useCliBed();
  const asked = new Map<string, number>();
  const answer: Respond = (request) => {
    const prompt = lastUserText(request);
    asked.set(prompt, (asked.get(prompt) ?? 0) + 1);
    return text(`answer to ${prompt}`);
  };

  beforeEach(async () => {
    asked.clear();
    await test.bed.useSample();
  });

  function resume(api: MessagesApi, ...options: readonly string[]) {
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
    return test.bed.start(['resume', 'last', ...model, '--yes', '--json', ...options]);
  }

  it('asks no finished agent again after kills in mid-run', async () => {
    const api = await test.bed.startModel(answer);
    const source = twoPhases('');
    let running = await test.bed.startScript(source, api, '--json', '--concurrency', '4');
    for (const agentId of [13, 41, 66]) {
      await running.waitForOutput(`"agentId":${agentId},"outcome"`);
      running.kill();
      await running.ended;
      running = resume(api, '--concurrency', '4');
    }
    const { stdout, exitCode } = await running.ended;
    const end = readEnd(stdout);
    assert.deepEqual(
      [exitCode, end.status, end.result],
      [0, 'completed', { first: 40, second: 40 }],
    );
    assert.equal(asked.size, 80);
    const again = [...asked.values()].reduce((sum, count) => sum + count - 1, 0);
    assert.ok(
      again <= 3 * 4,
      `${again} prompts were asked again; at most 4 were in flight at a kill`,
    );
  });

  it('replays a finished run without a request', async () => {
    const api = await test.bed.startModel(answer);
    await (
      await test.bed.startScript(twoPhases(''), api)
    ).ended;
    const before = api.requests.length;
    const { stdout, exitCode } = await resume(api).ended;
    const end = readEnd(stdout);
    assert.deepEqual([exitCode, end.agents.cached, end.agents.ok], [0, 80, 80]);
    assert.equal(api.requests.length, before);
  });

  it('sends out only what is new or changed in an edited script', async () => {
    const api = await test.bed.startModel(answer);
    await (
      await test.bed.startScript(twoPhases(''), api)
    ).ended;
    asked.clear();
    const edited = await test.bed.writeScript(twoPhases(`log(await agent('one more'));`));
    const { stdout } = await resume(api, '--script', edited).ended;
    assert.deepEqual([...asked], [['one more', 1]]);
    assert.equal(readEnd(stdout).agents.cached, 80);
    asked.clear();
    await resume(api).ended;
    assert.deepEqual([...asked], []);
  });

  it('tries failed agents again and keeps the others', async () => {
    let isBroken = true;
    // Four in all: five that happen to end one after the other would trip the breaker.
    const api = await test.bed.startModel((request, ctx) =>
      isBroken && /^second \d?7\b/u.test(lastUserText(request)) ? fail(400) : answer(request, ctx),
    );
    const first = await (await test.bed.startScript(twoPhases(''), api, '--json')).ended;
    assert.equal(readEnd(first.stdout).agents.failed, 4);
    isBroken = false;
    asked.clear();
    const { stdout } = await resume(api).ended;
    assert.equal(asked.size, 4);
    assert.deepEqual(readEnd(stdout).result, { first: 40, second: 40 });
  });

  it('goes on after a limit when the limit is raised', async () => {
    const api = await test.bed.startModel(answer);
    const stopped = await test.bed.startScript(twoPhases(''), api, '--json', '--max-agents', '50');
    const first = await stopped.ended;
    assert.deepEqual([first.exitCode, readEnd(first.stdout).status], [3, 'paused']);
    const { stdout, exitCode } = await resume(api, '--max-agents', '100').ended;
    assert.deepEqual([exitCode, readEnd(stdout).result], [0, { first: 40, second: 40 }]);
    assert.ok([...asked.values()].every((count) => count === 1));
  });

  it('keeps the edits of finished agents, and runs one again whose file is another now', async () => {
    const prompts: string[] = [];
    const api = await test.bed.startModel((request) => {
      if (request.messages.length === 1) prompts.push(promptOf(request));
      return obey(request);
    });
    const path = 'lib/util/money.js';
    const change = agentThatEdits({ path, from: "'EUR'", to: "'CHF'" });
    const other = agentThatDoes([
      { name: 'write_file', input: { path: 'new.txt', text: 'new\n' } },
    ]);
    const source = (first: string): string =>
      workflow(`${first}await ${change}; await ${other}; return files.changed();`);
    const run = await (await test.bed.startScript(source(''), api, '--json')).ended;
    assert.deepEqual(readEnd(run.stdout).result, [path, 'new.txt']);
    assert.equal(prompts.splice(0).length, 2);

    const overwrite = { name: 'write_file', input: { path, text: "module.exports = 'EUR';\n" } };
    const edited = await test.bed.writeScript(source(`await ${agentThatDoes([overwrite])};`));
    const { stdout } = await resume(api, '--script', edited).ended;
    assert.equal(prompts.length, 2, 'the new agent, and the one whose file is another now');
    assert.equal(readEnd(stdout).agents.cached, 1);
    assert.deepEqual(readEnd(stdout).result, [path, 'new.txt']);
    const patch = (await test.bed.run('proposals', 'last', '--patch')).stdout;
    assert.match(patch, /\+module\.exports = 'CHF';/u);
    assert.match(patch, /\+new/u);
  });

  it('asks anew where another model is chosen, and is no other run for that', async () => {
    const api = await test.bed.startModel(answer);
    const source = twoPhases('');
    const first = ['--json', '--model', 'claude-sonnet-5-5', '--max-agents', '50'];
    const stopped = await (await test.bed.startScript(source, api, ...first)).ended;
    assert.equal(stopped.exitCode, 3);
    asked.clear();
    const more = ['--model', 'claude-opus-5-5', '--max-agents', '200'];
    const resumed = await resume(api, ...more).ended;
    assert.deepEqual([resumed.exitCode, asked.size], [0, 80]);
    assert.deepEqual(readEnd(resumed.stdout).result, { first: 40, second: 40 });
    asked.clear();
    const finished = await resume(api, '--model', 'claude-sonnet-5-5').ended;
    const end = readEnd(finished.stdout);
    assert.deepEqual([finished.exitCode, end.result], [0, { first: 40, second: 40 }]);
    assert.equal(asked.size, 30, 'the fifty that the first model had answered are known');
  });

  it('says so when there is no such run', async () => {
    const api = await test.bed.startModel(answer);
    const missing = await resume(api).ended;
    assert.equal(missing.exitCode, 2);
    assert.match(missing.stderr, /No run "last"/u);
  });
});
