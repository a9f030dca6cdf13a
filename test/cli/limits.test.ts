import assert from 'node:assert/strict';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { BREAKER_IN_A_ROW } from '../../src/core/limits.ts';
import { totalTokens } from '../../src/protocol/runLimits.ts';
import { after, fail, text, withUsage } from '../support/messagesApi/replies.ts';
import type { MessagesApi, Respond } from '../support/messagesApi/startMessagesApi.ts';
import { lastUserText } from '../support/messagesApi/wireRequest.ts';

/** At $2 and $10 a million tokens, one answer costs $0.006 and 1,400 tokens, and what the cache takes. */
const MODEL = 'claude-sonnet-5-5';
const AT_ONCE = 4;

type RunEnd = ReturnType<typeof readEnd>;

const fanOut = (count: number): string => `
export const meta = { name: 'many', description: 'many agents' };
const done = [];
try {
  await parallel(Array.from({ length: ${count} }, (_, i) => async () => {
    done.push(await agent('agent ' + i));
  }));
} catch (error) {
  return { stoppedBy: error.name, limit: error.limit, done: done.filter(Boolean).length };
}
return { done: done.filter(Boolean).length };
`;

describe('A limit on the command line', function () {
  this.timeout(90_000);
  const test = useCliBed();
  const asked = new Map<string, number>();
  const answer: Respond = (request) => {
    const prompt = lastUserText(request);
    asked.set(prompt, (asked.get(prompt) ?? 0) + 1);
    return withUsage({ inputTokens: 1000, outputTokens: 400 }, text('done'));
  };

  beforeEach(async () => {
    asked.clear();
    await test.bed.useSample();
  });

  async function run(api: MessagesApi, ...limit: readonly string[]) {
    const common = ['--json', '--model', MODEL, '--concurrency', String(AT_ONCE)];
    const started = await test.bed.startScript(fanOut(30), api, ...common, ...limit);
    const { stdout, exitCode, stderr } = await started.ended;
    return { exitCode, end: readEnd(stdout), stderr };
  }

  async function resume(api: MessagesApi, ...limit: readonly string[]) {
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
    const args = ['resume', 'last', ...model, '--yes', '--json', ...limit];
    const { stdout, exitCode } = await test.bed.start(args).ended;
    return { exitCode, end: readEnd(stdout) };
  }

  // The name of the limit, how it is given, how it is raised, its number, and what of it a run has used.
  const cases = [
    {
      limit: 'maxUsd',
      given: ['--max-usd', '0.05'],
      raised: ['--max-usd', '5'],
      most: 0.05,
      used: (end: RunEnd) => end.usage.usd ?? 0,
    },
    {
      limit: 'maxTokens',
      given: ['--max-tokens', '14000'],
      most: 14_000,
      raised: ['--max-tokens', '1000000'],
      used: (end: RunEnd) => totalTokens(end.usage),
    },
    {
      limit: 'maxAgents',
      given: ['--max-agents', '10'],
      raised: ['--max-agents', '30'],
      most: 10,
      used: (end: RunEnd) => end.agents.ok,
    },
  ] as const;
  for (const { limit, given, raised, most, used } of cases) {
    it(`${given.join(' ')} stops with what is done, and the run goes on after it is raised`, async () => {
      const api = await test.bed.startModel(answer);
      const stopped = await run(api, ...given);
      const { status, pauseReason, agents, result } = stopped.end;
      assert.deepEqual([stopped.exitCode, status, pauseReason], [3, 'paused', 'limit']);
      const perAgent = used(stopped.end) / agents.ok;
      assert.ok(used(stopped.end) >= most, `${used(stopped.end)} were used`);
      // No more overshoot than the requests that were in flight when the limit was reached.
      const overshoot = limit === 'maxAgents' ? 0 : (AT_ONCE - 1) * perAgent;
      assert.ok(used(stopped.end) - overshoot - perAgent < most, `${used(stopped.end)} were used`);
      assert.equal(api.requests.length, agents.ok, 'what was paid for was kept');
      assert.deepEqual(result, { stoppedBy: 'WorkflowLimitError', limit, done: agents.ok });
      const resumed = await resume(api, ...raised);
      assert.deepEqual([resumed.exitCode, resumed.end.result], [0, { done: 30 }]);
      assert.deepEqual([asked.size, api.requests.length], [30, 30], 'nobody was asked twice');
    });
  }

  it('--max-minutes stops a run that takes longer, and counts the time of both sessions', async () => {
    const api = await test.bed.startModel((request, ctx) => {
      const reply = answer(request, ctx);
      return reply instanceof Promise || reply === undefined ? reply : after(300, reply);
    });
    const stopped = await run(api, '--max-minutes', '0.015');
    assert.deepEqual([stopped.exitCode, stopped.end.pauseReason], [3, 'limit']);
    assert.ok(stopped.end.agents.ok < 30);
    const before = api.requests.length;
    const again = await resume(api);
    assert.deepEqual([again.exitCode, api.requests.length], [3, before], 'its time is used up');
    const resumed = await resume(api, '--max-minutes', '5');
    assert.deepEqual([resumed.exitCode, resumed.end.result], [0, { done: 30 }]);
    assert.deepEqual([asked.size, api.requests.length], [30, 30]);
  });

  it('per agent ends agents, per phase stops the run', async () => {
    const api = await test.bed.startModel(answer);
    const stopped = await run(api, '--per-phase', 'maxAgents=3');
    // Agents without a phase belong to none.
    assert.equal(stopped.exitCode, 0);
    const phased = await test.bed.startScript(
      fanOut(30).replace('const done', "phase('P');\nconst done"),
      api,
      '--json',
      '--model',
      MODEL,
      '--per-phase',
      'maxTokens=4200',
      '--concurrency',
      '1',
    );
    const { exitCode, stdout } = await phased.ended;
    const { agents, result } = readEnd(stdout);
    assert.deepEqual([exitCode, agents.ok < 4], [3, true]);
    const limit = 'perPhase.maxTokens';
    assert.deepEqual(result, { stoppedBy: 'WorkflowLimitError', limit, done: agents.ok });
  });

  it('of the breaker stops 300 agents that fail with the same 400 after five requests', async () => {
    const api = await test.bed.startModel(() => fail(400, { message: 'no such thing' }));
    const options = ['--json', '--max-agents', '300', '--concurrency', '16'];
    const started = await test.bed.startScript(fanOut(300), api, ...options);
    const { exitCode, stdout } = await started.ended;
    const { status, pauseReason, reason } = readEnd(stdout);
    assert.deepEqual([exitCode, status, pauseReason], [3, 'paused', 'breaker']);
    assert.match(reason ?? '', /no such thing/u);
    assert.equal(api.requests.length, BREAKER_IN_A_ROW);
  });

  it('in dollars needs a price: the table’s, or the user’s own', async () => {
    const api = await test.bed.startModel(answer);
    const given = ['--json', '--model', 'my-own-model', '--max-usd', '0.05'];
    const unknown = await (await test.bed.startScript(fanOut(30), api, ...given)).ended;
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /The price of my-own-model is not known.*--max-tokens/u);
    assert.equal(api.requests.length, 0);

    const mine = { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 };
    const file = await test.bed.writeScript(JSON.stringify({ 'my-own-model': mine }));
    const own = [...given, '--concurrency', String(AT_ONCE), '--prices', file];
    const priced = await (await test.bed.startScript(fanOut(30), api, ...own)).ended;
    const end = readEnd(priced.stdout);
    assert.deepEqual([priced.exitCode, end.pauseReason], [3, 'limit']);
    assert.ok((end.usage.usd ?? 0) >= 0.05);

    const broken = await test.bed.writeScript('{ "my-own-model": 3 }');
    const wrong = [...given, '--prices', broken];
    const refused = await (await test.bed.startScript(fanOut(1), api, ...wrong)).ended;
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /contains no prices\. Write/u);
  });

  it('that makes no sense is refused before anything runs', async () => {
    const api = await test.bed.startModel(answer);
    const wrong = [
      ['--per-phase', 'maxCats=3'],
      ['--per-agent', 'maxUsd=-1'],
      ['--max-agents', '1001'],
      ['--on-gate', 'maybe'],
    ];
    for (const option of wrong) {
      const started = await test.bed.startScript(fanOut(1), api, ...option);
      const { exitCode, stderr } = await started.ended;
      assert.equal(exitCode, 2, option.join(' '));
      assert.notEqual(stderr, '');
    }
    assert.equal(api.requests.length, 0);
  });
});
