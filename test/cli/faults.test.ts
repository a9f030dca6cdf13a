import assert from 'node:assert/strict';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { cutMidStream, fail, text, type Reply } from '../support/messagesApi/replies.ts';
import { lastUserText } from '../support/messagesApi/wireRequest.ts';

const AGENTS = 1000;

const source = `
export const meta = { name: 'faults', description: 'a thousand agents on a bad line' };
const results = await parallel(
  Array.from({ length: ${AGENTS} }, (_, i) => () => agent('task ' + i)),
);
return { answered: results.filter(Boolean).length, wrong: results.filter((r, i) => r !== 'done task ' + i).length };
`;

/** Every fifth request fails, each time in another way. */
const faults: readonly (() => Reply)[] = [
  () => fail(429, { retryAfterSeconds: 0 }),
  () => fail(500),
  () => fail(529),
  () => cutMidStream('half an ans'),
];

describe('A thousand agents on a bad line', function () {
  this.timeout(180_000);
  const test = useCliBed();

  it('get a thousand answers, none lost, none asked for twice, with few requests', async () => {
    await test.bed.useSample();
    const answered = new Map<string, number>();
    const api = await test.bed.startModel((request, { turn }) => {
      if (turn % 5 === 4) return faults[((turn - 4) / 5) % faults.length]?.();
      const prompt = lastUserText(request);
      answered.set(prompt, (answered.get(prompt) ?? 0) + 1);
      return text(`done ${prompt}`);
    });
    const options = ['--json', '--max-agents', String(AGENTS), '--concurrency', '64'];
    const limits = ['--max-usd', '1000', '--model', 'claude-sonnet-5-5'];
    const started = await test.bed.startScript(source, api, ...options, ...limits);
    const { exitCode, stdout } = await started.ended;
    const end = readEnd(stdout);
    assert.deepEqual([exitCode, end.result], [0, { answered: AGENTS, wrong: 0 }]);
    assert.deepEqual([end.agents.ok, answered.size], [AGENTS, AGENTS]);
    assert.ok([...answered.values()].every((count) => count === 1));
    assert.ok(api.requests.length <= 1.5 * AGENTS, `${api.requests.length} requests`);
  });
});
