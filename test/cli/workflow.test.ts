import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { text } from '../support/messagesApi/replies.ts';
import type { MessagesApi, Respond } from '../support/messagesApi/startMessagesApi.ts';
import { lastUserText } from '../support/messagesApi/wireRequest.ts';

const child = (ending: string): string => `
export const meta = { name: 'spread', description: 'asks many' };
phase('Spread');
const said = await parallel(Array.from({ length: args.count }, (_, i) => () => agent(args.word + ' ' + i)));
${ending}`;

const parent = `
export const meta = { name: 'main', description: 'calls a child twice' };
await agent('before');
const first = await workflow('spread', { word: 'first', count: 10 });
const second = await workflow('spread', { word: 'second', count: 10 });
return { first, second };
`;

describe('muster run of a script with children', function () {
  this.timeout(90_000);
  const test = useCliBed();
  const asked = new Map<string, number>();
  const answer: Respond = (request) => {
    const prompt = lastUserText(request);
    asked.set(prompt, (asked.get(prompt) ?? 0) + 1);
    return text(`answer to ${prompt}`);
  };

  beforeEach(() => asked.clear());

  const use = (ending = 'return said.filter(Boolean).length'): Promise<void> =>
    test.bed.useSample({ '.muster/workflows/spread.js': child(ending) });

  function resume(api: MessagesApi, ...options: readonly string[]) {
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
    return test.bed.start(['resume', 'last', ...model, '--yes', '--json', ...options]);
  }

  it('goes on in the middle of a child after a kill, and asks no finished agent again', async () => {
    await use();
    const api = await test.bed.startModel(answer);
    let running = await test.bed.startScript(parent, api, '--json', '--concurrency', '2');
    for (const agentId of [5, 15]) {
      await running.waitForOutput(`"agentId":${agentId},"outcome"`);
      running.kill();
      await running.ended;
      running = resume(api, '--concurrency', '2');
    }
    const { stdout, exitCode } = await running.ended;
    const end = readEnd(stdout);
    assert.deepEqual(
      [exitCode, end.status, end.result],
      [0, 'completed', { first: 10, second: 10 }],
    );
    assert.equal(asked.size, 21);
    const again = [...asked.values()].reduce((sum, count) => sum + count - 1, 0);
    assert.ok(again <= 2 * 2, `${again} prompts were asked again; at most 2 were in flight`);
  });

  it('replays children from the frozen text, though the file has changed', async () => {
    await use();
    const api = await test.bed.startModel(answer);
    await (
      await test.bed.startScript(parent, api)
    ).ended;
    const before = api.requests.length;
    const file = path.join(test.bed.workspace, '.muster/workflows/spread.js');
    await writeFile(file, child(`return 'changed'`));
    const { stdout } = await resume(api).ended;
    assert.deepEqual(readEnd(stdout).result, { first: 10, second: 10 });
    assert.equal(api.requests.length, before);
    const runs = path.join(await test.bed.stateDirectory(), 'runs');
    const [run] = await readdir(runs);
    assert.equal((await readdir(path.join(runs, run ?? '', 'children'))).length, 1);
  });

  it('names the file and the line of a child that fails', async () => {
    await use(`throw new Error('enough of ' + args.word)`);
    const api = await test.bed.startModel(answer);
    const run = await test.bed.startScript(parent, api, '--json');
    const { stdout, exitCode } = await run.ended;
    assert.equal(exitCode, 1);
    assert.match(
      readEnd(stdout).error?.message ?? '',
      /^\.muster\/workflows\/spread\.js:5:\d+: enough of first \(line 4, column \d+\)$/u,
    );
  });

  it('finds a workflow in the user’s own folder', async () => {
    await test.bed.useSample();
    const folder = path.join(test.bed.home, '.claude/workflows');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'any.js'), child('return said'));
    const api = await test.bed.startModel(answer);
    const source = parent.replace(
      /await agent[^]*/u,
      `return workflow('spread', { word: 'w', count: 1 })`,
    );
    const { stdout } = await (await test.bed.startScript(source, api, '--json')).ended;
    assert.deepEqual(readEnd(stdout).result, ['answer to w 0']);
  });

  it('approves the commands of a child together with those of the script', async () => {
    await use("const receipt = await verify('node --version'); return receipt.ok");
    const api = await test.bed.startModel(answer);
    const source = parent.replaceAll('count: 10', 'count: 1');
    const started = await test.bed.startScript(source, api, '--json', '--unsandboxed');
    const { stdout, exitCode } = await started.ended;
    assert.deepEqual([exitCode, readEnd(stdout).result], [0, { first: true, second: true }]);
  });

  it('is not needed for a saved workflow: it runs by its name, and is listed', async () => {
    await use();
    const api = await test.bed.startModel(answer);
    const listed = await test.bed.run('workflows', '--json');
    const [saved] = JSON.parse(listed.stdout) as { name: string; source: string }[];
    assert.deepEqual([saved?.name, saved?.source], ['spread', '.muster/workflows/spread.js']);
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl, '--yes', '--json'];
    const args = ['--args', '{"count":3,"word":"w"}'];
    const ran = await test.bed.start(['run', '--workflow', 'spread', ...args, ...model]).ended;
    assert.deepEqual([ran.exitCode, readEnd(ran.stdout).result, asked.size], [0, 3, 3]);
    const missing = await test.bed.start(['run', '--workflow', 'spred', ...model]).ended;
    assert.equal(missing.exitCode, 2);
    assert.match(missing.stderr, /spred/u);
  });
});
