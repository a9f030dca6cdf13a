import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { useCliBed } from './support/cliBed.ts';
import type { CliProcess } from './support/cliProcess.ts';
import { readEnd } from './support/publicEvents.ts';
import { text } from '../support/messagesApi/replies.ts';
import type { MessagesApi } from '../support/messagesApi/startMessagesApi.ts';
import { lastUserText } from '../support/messagesApi/wireRequest.ts';
import { readJournal } from '../../src/host/adapters/store/readJournal.ts';

const AGENTS = 200;
const KILLS = 20;

const phases = (lastPhase: string): string => `
export const meta = { name: 'killed', description: 'is killed often', phases: ['A', 'B', 'C'] };
const ids = Array.from({ length: ${AGENTS / 4} }, (_, i) => i);
phase('A');
const a = await parallel(ids.map((i) => () => agent('a' + i)));
await new Promise((resolve) => setTimeout(resolve, 3));
phase('B');
const b = await pipeline(a, (r, item, i) => agent('b' + i + ' after ' + r), (r, item, i) => agent('b again ' + i));
phase('C');
${lastPhase}
return [a, b, c].map((list) => list.filter(Boolean).length);
`;
const plainPhase = `const c = await parallel(ids.map((i) => () => agent('c' + i)));`;

/** A small generator with a fixed seed (mulberry32, Tommy Ettinger), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('A run that is killed again and again', function () {
  this.timeout(180_000);
  const test = useCliBed();
  const prompts: string[] = [];

  async function startModel(): Promise<MessagesApi> {
    prompts.length = 0;
    await test.bed.useSample();
    return test.bed.startModel((request) => {
      const prompt = lastUserText(request);
      prompts.push(prompt);
      return text(`answer to ${prompt}`);
    });
  }

  /** Prompts whose outcome the journal has; each must never be asked again. */
  async function finishedPrompts(): Promise<ReadonlySet<string>> {
    const runs = path.join(await test.bed.stateDirectory(), 'runs');
    const [run] = await readdir(runs);
    const { events } = await readJournal(path.join(runs, run ?? ''));
    const previews = new Map(
      events.flatMap((event) =>
        event.type === 'agent.queued' ? [[event.agentId, event.promptPreview] as const] : [],
      ),
    );
    const ended = events.flatMap((event) => (event.type === 'agent.ended' ? [event.agentId] : []));
    return new Set(ended.map((agentId) => previews.get(agentId) ?? ''));
  }

  function resume(api: MessagesApi, ...options: readonly string[]): CliProcess {
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl, '--concurrency', '8'];
    return test.bed.start(['resume', 'last', ...model, '--yes', '--json', ...options]);
  }

  /** Kills at random points, and checks after each kill that nothing finished is asked again. */
  async function killOften(api: MessagesApi, random: () => number): Promise<CliProcess> {
    let running = await test.bed.startScript(
      phases(plainPhase),
      api,
      '--json',
      '--concurrency',
      '8',
    );
    let finished: ReadonlySet<string> = new Set();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const askedBefore = prompts.length;
      const target = askedBefore + 1 + Math.floor(random() * (AGENTS / KILLS) * 0.9);
      await api.waitFor((server) => server.requests.length >= target, 30_000, `request ${target}`);
      running.kill();
      await running.ended;
      const repeated = prompts.slice(askedBefore).filter((prompt) => finished.has(prompt));
      assert.deepEqual(repeated, [], `kill ${kill} asked for what the journal had`);
      finished = await finishedPrompts();
      if (kill < KILLS - 1) running = resume(api);
    }
    return running;
  }

  it('asks for nothing twice but what was in flight at a kill', async () => {
    const api = await startModel();
    await killOften(api, seeded(20_261));
    const finished = await finishedPrompts();
    const askedBefore = prompts.length;
    const { stdout, exitCode } = await resume(api).ended;
    const end = readEnd(stdout);
    assert.deepEqual([exitCode, end.status, end.agents.ok], [0, 'completed', AGENTS]);
    assert.deepEqual(end.result, [AGENTS / 4, AGENTS / 4, AGENTS / 4]);
    assert.deepEqual(
      prompts.slice(askedBefore).filter((prompt) => finished.has(prompt)),
      [],
    );
    assert.equal(new Set(prompts).size, AGENTS);
    assert.ok(prompts.length <= AGENTS + KILLS * 8, `${prompts.length} requests`);
  });

  it('asks only for what is new or changed when its last phase is edited between two kills', async () => {
    const api = await startModel();
    await killOften(api, seeded(77));
    const finished = await finishedPrompts();
    const askedBefore = prompts.length;
    const edited = await test.bed.writeScript(
      phases(
        `const c = await parallel(ids.map((i) => () => agent(i < 10 ? 'changed ' + i : 'c' + i)));`,
      ),
    );
    const { stdout, exitCode } = await resume(api, '--script', edited).ended;
    const end = readEnd(stdout);
    assert.deepEqual([exitCode, end.result], [0, [AGENTS / 4, AGENTS / 4, AGENTS / 4]]);
    const sent = prompts.slice(askedBefore);
    assert.deepEqual(
      sent.filter((prompt) => finished.has(prompt)),
      [],
    );
    assert.equal(sent.filter((prompt) => prompt.startsWith('changed ')).length, 10);
    assert.equal(new Set(sent).size, sent.length, 'each once');
  });
});
