import assert from 'node:assert/strict';
import { promptOf } from '../host/support/obedientModel.ts';
import { workflow } from '../host/support/workflowScript.ts';
import { holdUntil, text } from '../support/messagesApi/replies.ts';
import type { MessagesApi } from '../support/messagesApi/startMessagesApi.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';

const asking = workflow(`
  const found = await agent('look');
  const answer = await gate('Ship it?', { files: 3 });
  return { found, answer };`);

describe('muster gate', function () {
  this.timeout(90_000);
  const test = useCliBed();

  beforeEach(() => test.bed.useSample());

  const resume = (api: MessagesApi, ...options: readonly string[]) => {
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
    return test.bed.start(['resume', 'last', ...model, '--yes', '--json', ...options]).ended;
  };

  for (const [verb, approved] of [
    ['approve', true],
    ['reject', false],
  ] as const) {
    it(`stops at a gate with code 4, takes "${verb}", and the script gets it when it goes on`, async () => {
      const api = await test.bed.startModel(() => text('fine'));
      const stopped = await (await test.bed.startScript(asking, api, '--json')).ended;
      const end = readEnd(stopped.stdout);
      assert.deepEqual([stopped.exitCode, end.status, end.pauseReason], [4, 'paused', 'gate']);
      assert.match(stopped.stderr, /Ship it\? Answer with: muster gate \S+ approve \(or reject\)/u);
      const unanswered = await resume(api);
      assert.equal(unanswered.exitCode, 4, 'nobody has answered yet');

      const answered = await test.bed.run('gate', 'last', verb, '--note', 'after lunch');
      assert.equal(answered.exitCode, 0, answered.stderr);
      const done = approved ? 'approved' : 'rejected';
      const said = `Answered: "Ship it?" is ${done}. Resume: muster resume ${end.runId}\n`;
      assert.equal(answered.stdout, said);
      const again = await test.bed.run('gate', 'last', verb);
      assert.equal(again.exitCode, 2);
      assert.match(again.stderr, /has no open gate/u);

      const { exitCode, stdout } = await resume(api);
      assert.equal(exitCode, 0);
      const answer = { approved, note: 'after lunch' };
      assert.deepEqual(readEnd(stdout).result, { found: 'fine', answer });
      assert.equal(api.requests.length, 1, 'no agent was asked again');
    });
  }

  it('holds up one branch only: the others end before code 4 and are not asked again', async () => {
    const asked: string[] = [];
    const api = await test.bed.startModel((request) => {
      asked.push(promptOf(request));
      return text('fine');
    });
    const branches = workflow(`
      const ship = async () => ((await gate('Ship it?')).approved ? agent('ship') : null);
      const others = [1, 2, 3].map((number) => () => agent('other ' + number));
      return await parallel([ship, ...others]);`);
    const others = ['other 1', 'other 2', 'other 3'];
    const stopped = await (await test.bed.startScript(branches, api, '--json')).ended;
    assert.deepEqual([stopped.exitCode, readEnd(stopped.stdout).agents.ok], [4, 3]);
    assert.deepEqual(asked.toSorted(), others);
    assert.equal((await test.bed.run('gate', 'last', 'approve')).exitCode, 0);
    const { exitCode, stdout } = await resume(api);
    const end = readEnd(stdout);
    assert.deepEqual([exitCode, end.result], [0, Array(4).fill('fine')]);
    assert.deepEqual(asked.toSorted(), [...others, 'ship']);
  });

  it('answers the question that is named, and lists those that are open', async () => {
    const api = await test.bed.startModel(() => text('fine'));
    const two = workflow(`return await Promise.all([gate('First?'), gate('Second?')]);`);
    const stopped = await (await test.bed.startScript(two, api, '--json')).ended;
    assert.equal(stopped.exitCode, 4);
    const unknown = await test.bed.run('gate', 'last', 'approve', '--gate', '9');
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /has no open gate 9\. Open: 1 "First\?", 2 "Second\?"\.\n$/u);
    assert.equal((await test.bed.run('gate', 'last', 'reject', '--gate', '2')).exitCode, 0);
    const oldest = await test.bed.run('gate', 'last', 'approve', '--json');
    assert.partialDeepStrictEqual(JSON.parse(oldest.stdout), { action: 'approve' });
    const { exitCode, stdout } = await resume(api);
    assert.equal(exitCode, 0);
    const [first, second] = [
      { approved: true, note: '' },
      { approved: false, note: '' },
    ];
    assert.deepEqual(readEnd(stdout).result, [first, second]);
  });

  it('answers a run that still works elsewhere, which goes on by itself', async () => {
    const hold = Promise.withResolvers<undefined>();
    const api = await test.bed.startModel(() => holdUntil(hold.promise, text('fine')));
    const both = workflow(`return await Promise.all([agent('long'), gate('Ship it?')]);`);
    const running = await test.bed.startScript(both, api, '--json');
    await running.waitForOutput('"type":"gate.opened"');
    await api.waitFor((seen) => seen.inFlight() === 1, 20_000, 'the agent');
    const answered = await test.bed.run('gate', 'last', 'approve', '--note', 'go');
    assert.equal(answered.exitCode, 0, answered.stderr);
    assert.match(answered.stdout, /is approved\. Run \S+ continues\.\n$/u);
    hold.resolve(undefined);
    const { exitCode, stdout } = await running.ended;
    assert.equal(exitCode, 0);
    assert.deepEqual(readEnd(stdout).result, ['fine', { approved: true, note: 'go' }]);
    const answers = readEvents(stdout).filter((event) => event.type === 'gate.answered');
    assert.partialDeepStrictEqual(answers, [{ by: 'user' }]);
  });

  it('refuses a note without an end, and a run that has completed', async () => {
    const api = await test.bed.startModel(() => text('fine'));
    const options = ['--json', '--on-gate', 'approve'];
    const approved = await (await test.bed.startScript(asking, api, ...options)).ended;
    assert.equal(approved.exitCode, 0);
    const late = await test.bed.run('gate', 'last', 'approve');
    assert.equal(late.exitCode, 2);
    assert.match(late.stderr, /\(completed\) has no open gate/u);
    await (
      await test.bed.startScript(asking, api, '--json')
    ).ended;
    const long = await test.bed.run('gate', 'last', 'approve', '--note', 'x'.repeat(4001));
    assert.equal(long.exitCode, 2);
    assert.match(long.stderr, /at most 4,000 characters/u);
  });
});
