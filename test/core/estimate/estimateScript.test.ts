import assert from 'node:assert/strict';
import type { Json } from '../../../src/base/json.ts';
import { PREPARED_LINES_BEFORE, prepareChild } from '../../../src/core/script/prepareScript.ts';
import { openSandbox } from '../../worker/support/sandbox.ts';
import { brief, estimateBody, type Estimated } from './estimateBench.ts';

const scripts = openSandbox({ computeMs: 2000 });
after(() => scripts.dispose());

const LIST = `const schema = { type: 'object', required: ['items'], properties: {
  items: { type: 'array', items: { type: 'string' } } } };`;
const NULLABLE = `const schema = { type: 'object', required: ['fix'], properties: {
  fix: { type: ['object', 'null'], properties: { text: { type: 'string' } }, required: ['text'] } } };`;
const VERDICT = `const schema = { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } } };`;

const files = { 'src/a.js': 'a', 'src/b.js': 'b', 'docs/c.md': '# c' };

interface Case {
  readonly name: string;
  readonly body: string;
  readonly given?: Estimated;
  readonly expected: Readonly<Record<string, unknown>>;
}

const cases: readonly Case[] = [
  { name: 'nothing at all', body: '', expected: { agents: '0', chain: '0' } },
  { name: 'one agent', body: `return await agent('a')`, expected: { agents: '1', chain: '1' } },
  {
    name: 'an array from a schema',
    body: `${LIST} const { items } = await agent('list', { schema });
      return await parallel(items.map((item) => () => agent('do ' + item)));`,
    expected: { agents: '1–4', chain: '1–2' },
  },
  {
    name: 'an array with bounds',
    body: `const schema = { type: 'object', required: ['items'], properties: {
        items: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } } } };
      const { items } = await agent('list', { schema });
      return await parallel(items.map((item) => () => agent('do ' + item)));`,
    expected: { agents: '2–3', chain: '2' },
  },
  {
    name: 'parallel and pipeline, one in the other',
    body: `await pipeline([1, 2, 3],
        (n) => parallel([() => agent('a' + n), () => agent('b' + n)]),
        (pair, n) => agent('c' + n),
        async (c, n) => { await agent('d' + n); await agent('e' + n); });`,
    expected: { agents: '15', chain: '4' },
  },
  {
    name: 'an early return',
    body: `${VERDICT} const { ok } = await agent('needed?', { schema });
      if (!ok) return 'nothing to do';
      await agent('a'); return await agent('b');`,
    expected: { agents: '1–3', chain: '1–3' },
  },
  {
    name: 'a loop until an agent says yes',
    body: `${VERDICT} for (let n = 0; n < 4; n++) {
        await agent('try ' + n);
        if ((await agent('judge ' + n, { schema })).ok) break;
      }`,
    expected: { agents: '2–8', chain: '2–8' },
  },
  {
    name: 'a loop until nothing new comes, whose prompt stays the same',
    body: `${LIST} const seen = new Set(); let dry = false;
      while (!dry) {
        const { items } = await agent('find', { schema });
        const fresh = items.filter((item) => !seen.has(item));
        fresh.forEach((item) => seen.add(item));
        await parallel(fresh.map((item) => () => agent('fix ' + item)));
        dry = fresh.length === 0;
      }`,
    expected: { agents: '1–5', chain: '1–3' },
  },
  {
    name: 'a loop until nothing comes',
    body: `${LIST} for (;;) {
        const { items } = await agent('find', { schema });
        if (items.length === 0) return;
        await parallel(items.map((item) => () => agent('fix ' + item)));
      }`,
    given: { maxAgents: 10 },
    expected: {
      agents: '1–10',
      chain: '1–6',
      unbounded: 'unbounded: stopped at the limit of 10',
      gaps: ['generous agentCap'],
    },
  },
  {
    name: 'a loop that never ends under any stub',
    body: `for (let n = 0; ; n++) await agent('again ' + n)`,
    given: { maxAgents: 7 },
    expected: {
      agents: '7',
      chain: '7',
      unbounded: 'unbounded: stopped at the limit of 7',
      gaps: ['generous agentCap', 'lean agentCap'],
    },
  },
  {
    name: 'exactly as many agents as the cap allows',
    body: `await parallel([1, 2, 3].map((n) => () => agent('a' + n)))`,
    given: { maxAgents: 3 },
    expected: { agents: '3', chain: '1' },
  },
  {
    name: 'a loop that never ends without any agent',
    body: `while (!(await verify('npm test')).fine);`,
    expected: {
      agents: '0',
      chain: '0',
      unbounded: 'unbounded: stopped after too many calls',
      gaps: ['generous callCap', 'lean callCap'],
    },
  },
  {
    name: 'a throw on null',
    body: `${NULLABLE} const { fix } = await agent('fix', { schema });
      await agent('apply ' + fix.text);`,
    expected: { agents: '1–2', chain: '1–2', gaps: ['lean threw'] },
  },
  {
    name: 'a throw on null that a batch swallows',
    body: `${NULLABLE} await pipeline(['x', 'y'], (n) => agent('fix ' + n, { schema }),
        ({ fix }) => agent('apply ' + fix.text));`,
    expected: { agents: '2–4', chain: '1–2', gaps: ['lean itemFailed', 'lean itemFailed'] },
  },
  {
    name: 'a throw under both stubs, before anything is answered',
    body: `throw new Error('no')`,
    expected: { agents: '0', chain: '0', gaps: ['generous threw', 'lean threw'] },
  },
  {
    name: 'a promise that nothing settles',
    body: `await agent('a'); await new Promise(() => {});`,
    expected: { agents: '1', chain: '1', gaps: ['generous neverSettles', 'lean neverSettles'] },
  },
  {
    name: 'a call without a prompt',
    body: `await agent(undefined); await agent('a');`,
    expected: { agents: '2', chain: '1', gaps: ['generous wrongCall', 'lean wrongCall'] },
  },
  {
    name: 'an agent type that there is not',
    body: `try { await agent('a', { agentType: 'wizard' }) } catch { await agent('b') }`,
    expected: { agents: '1', chain: '1' },
  },
  {
    name: 'args',
    body: `await parallel(args.names.map((name) => () => agent('greet ' + name)))`,
    given: { args: { names: ['a', 'b', 'c', 'd', 'e'] } },
    expected: { agents: '5', chain: '1' },
  },
  {
    name: 'args that are not given',
    body: `await parallel((args?.names ?? ['one']).map((name) => () => agent('greet ' + name)))`,
    expected: { agents: '1', chain: '1' },
  },
  {
    name: 'files of the snapshot',
    body: `const all = files('src/*.js');
      await parallel(all.map((path) => () => agent(path + read(path))));`,
    given: { files },
    expected: { agents: '2', chain: '1' },
  },
  {
    name: 'paths that a stub names, which can be read',
    body: `const schema = { type: 'object', required: ['files'], properties: {
        files: { type: 'array', minItems: 2, items: { type: 'object', required: ['path'],
          properties: { path: { type: 'string' } } } } } };
      const { files: found } = await agent('which?', { schema });
      await parallel(found.map(({ path }) => () => agent(read(path))));`,
    given: { files },
    expected: { agents: '3–4', chain: '2' },
  },
  {
    name: 'what agents changed',
    body: `await agent('change src/b.js'); await agent('look', { agentType: 'explore' });
      await parallel(files.changed().map((path) => () => agent('review ' + path)));`,
    given: { files },
    expected: { agents: '2–3', chain: '2–3' },
  },
  {
    name: 'phases, in the order of their calls',
    body: `await agent('z', { phase: 'Zeroth' }); phase('First'); await agent('a');
      await Promise.all([agent('b'), agent('c', { phase: 'Zeroth' })]);`,
    expected: { agents: '4', chain: '3', phases: { Zeroth: '2', First: '2' } },
  },
  {
    name: 'a verification that fails under the lean stub',
    body: `if (!(await verify('npm test')).ok) { phase('Repair'); await agent('repair'); }`,
    expected: { agents: '0–1', chain: '0–1', phases: { Repair: '0–1' } },
  },
  {
    name: 'a gate that is answered no under the lean stub',
    body: `if ((await gate('go on?')).approved) await agent('a')`,
    expected: { agents: '0–1', chain: '0–1' },
  },
  {
    name: 'timers, which fire at once and count for nothing in a chain',
    body: `const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
      await Promise.all([0, 1, 2, 3].map(async (n) => { await sleep(n * 60_000); await agent('a' + n); }));
      await sleep(3_600_000); await agent('last');`,
    expected: { agents: '5', chain: '2' },
  },
  {
    name: 'an agent that races against a time limit, and wins',
    body: `const first = await Promise.race([agent('a'), new Promise((r) => setTimeout(() => r(null), 1))]);
      if (first === null) await agent('too late');`,
    expected: { agents: '1', chain: '1' },
  },
  {
    name: 'a timer that is cleared',
    body: `const id = setTimeout(() => agent('never'), 5); await agent('a'); clearTimeout(id); await agent('b');`,
    expected: { agents: '2', chain: '2' },
  },
  {
    name: 'a budget of output tokens',
    body: `while (budget.remaining() > 0) await agent('more ' + budget.spent())`,
    given: { request: { budgetTokens: 4000 } },
    expected: { agents: '3', chain: '3' },
  },
  {
    name: 'an outcome',
    body: `const { status } = await agent.outcome('a'); if (status === 'ok') await agent('b')`,
    expected: { agents: '2', chain: '2' },
  },
];

describe('The estimate of a script with', () => {
  for (const { name, body, given, expected } of cases) {
    it(name, async () => {
      assert.deepEqual(brief(await estimateBody(scripts, body, given)), expected);
      // The longest makes thousands of calls, one after the other.
    }).timeout(30_000);
  }
});

describe('An estimate', () => {
  const rich = `phase('Find'); const schema = { type: 'object', properties: { items: {
      type: 'array', items: { type: 'string' } } }, required: ['items'] };
    const { items } = await agent('find', { schema, agentType: 'explore', model: 'opus' });
    phase('Fix'); await parallel(items.map((item) => () => agent('fix ' + item, { writes: ['src/**'] })));
    await verify('npm' + ' test'); await gate('fine?', { timeoutMs: 5 });
    if (items.length > 5) await verify('npm run lint');`;

  it('is the same each time', async () => {
    const [first, second] = [
      await estimateBody(scripts, rich, { files }),
      await estimateBody(scripts, rich, { files }),
    ];
    assert.deepEqual(first, second);
  });

  it('names models, types, tools, scopes and commands, in all and for each phase', async () => {
    const { phases, ...total } = await estimateBody(scripts, rich);
    const [find, fix] = phases;
    const read = ['read_file', 'list_files', 'search_text'];
    assert.deepEqual(
      [find?.models, find?.agentTypes, find?.tools, find?.writes],
      [['claude-opus-5-5'], ['explore'], read, []],
    );
    assert.deepEqual(
      [fix?.models, fix?.agentTypes, fix?.writes],
      [['claude-sonnet-5-5'], ['general-purpose'], ['src/**']],
    );
    assert.deepEqual(total.models, ['claude-opus-5-5', 'claude-sonnet-5-5']);
    assert.deepEqual(total.commands, [
      { command: 'npm run lint', isLiteral: true, isReached: false },
      { command: 'npm test', isLiteral: false, isReached: true },
    ]);
    assert.deepEqual(
      [total.verifications, fix?.gates],
      [
        { min: 1, max: 1 },
        { min: 1, max: 1 },
      ],
    );
  });

  it('keeps what a stub threw, with its line', async () => {
    const { gaps } = await estimateBody(scripts, `await agent('a');\nnull.x;`);
    assert.equal(gaps.length, 2);
    assert.match(gaps[0]?.message ?? '', /^TypeError: .* \(line 3\)$/u);
  });

  it('prices every agent, and says so when a price is unknown', async () => {
    const body = `await agent('a'); await agent('b', { model: 'opus' });`;
    const { usd, tokens } = await estimateBody(scripts, body);
    assert.deepEqual(tokens, { min: 40_000, max: 120_000 });
    // Per million: sonnet 2, 10, 0.2, 2.5; opus 4, 20, 0.4, 5; 500, 1500, 12,000 and 6000 tokens.
    const both = 0.0334 + 0.0668;
    assert.deepEqual(
      [usd?.min.toFixed(4), usd?.max.toFixed(4)],
      [both.toFixed(4), (3 * both).toFixed(4)],
    );
    const unknown = await estimateBody(scripts, `${body} await agent('c', { model: 'mine' })`);
    assert.equal(unknown.usd, null);
    const request = { prices: { mine: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } } };
    const known = await estimateBody(scripts, `await agent('c', { model: 'mine' })`, { request });
    assert.deepEqual(known.usd, { min: 0, max: 0 });
  });

  it('costs nothing offline', async () => {
    const request = { provider: 'offline', model: 'offline-rules' };
    const { usd, tokens, tokenSources } = await estimateBody(scripts, `await agent('a')`, {
      request,
    });
    assert.deepEqual(
      [usd, tokens],
      [
        { min: 0, max: 0 },
        { min: 0, max: 0 },
      ],
    );
    assert.deepEqual(tokenSources, ['the offline provider uses no tokens']);
  });

  it('takes tokens from agents of the same type and phase, then of the type', async () => {
    const sample = (phase: string, outputTokens: number) => ({
      agentType: 'general-purpose',
      phase,
      use: {
        usage: { inputTokens: 0, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 },
        requests: 1,
      },
    });
    const history = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => sample('Fix', n * 100));
    const request = { history: [...history, ...[1, 2].map(() => sample('Other', 5000))] };
    const body = `phase('Fix'); await agent('a'); phase('New'); await agent('b');
      await agent('c', { agentType: 'explore' });`;
    const { phases, tokenSources } = await estimateBody(scripts, body, { request });
    const known = phases.map(({ title, tokens }) => [title, tokens]);
    assert.deepEqual(known, [
      ['Fix', { min: 500, max: 900 }],
      ['New', { min: 20_600, max: 65_000 }],
    ]);
    assert.deepEqual(tokenSources, [
      "this workspace's history: 10 agents, general-purpose in phase Fix",
      "this workspace's history: 12 agents, general-purpose",
      'assumed, without history: four requests per agent, two files read, one changed',
    ]);
  });

  it('runs a child workflow, whose agents show under its name', async () => {
    const source = `export const meta = { name: 'kid', description: 'd' };
      await agent('k1 ' + args.n); phase('Own'); await agent('k2');`;
    const asked: Json[] = [];
    const resolveChild = (params: string) => {
      asked.push(JSON.parse(params) as Json);
      const file = { fileName: 'kid.js', linesBefore: PREPARED_LINES_BEFORE };
      return Promise.resolve({ ...file, name: 'kid', source: prepareChild(source) });
    };
    const body = `await workflow('kid', { n: 1 }); await agent('after')`;
    const estimate = await estimateBody(scripts, body, { resolveChild });
    assert.deepEqual(brief(estimate), {
      agents: '3',
      chain: '3',
      phases: { kid: '1', Own: '1' },
    });
    assert.deepEqual([estimate.workflows, asked[0]], [['kid'], ['kid', { n: 1 }]]);
  });

  it('lets the script catch a child that is not there', async () => {
    const resolveChild = () => Promise.reject(new Error('There is no workflow "kid".'));
    const body = `try { await workflow('kid') } catch (error) { await agent(error.message) }`;
    const caught = await estimateBody(scripts, body, { resolveChild });
    assert.deepEqual(brief(caught), { agents: '1', chain: '1' });
    const uncaught = await estimateBody(scripts, `await workflow('kid')`, { resolveChild });
    assert.deepEqual(brief(uncaught)['gaps'], ['generous threw', 'lean threw']);
  });

  it('stops at the cap of a phase', async () => {
    const limits = {
      maxAgents: 50,
      concurrency: 16,
      maxTokens: null,
      maxUsd: null,
      maxMinutes: 60,
    };
    const request = { limits: { ...limits, perPhase: { maxAgents: 2 } } };
    const body = `phase('A'); await agent('1'); phase('B'); for (;;) await agent('2');`;
    assert.deepEqual(brief(await estimateBody(scripts, body, { request })), {
      agents: '3',
      chain: '3',
      phases: { A: '1', B: '2' },
      unbounded: 'unbounded: stopped at the limit of 2',
      gaps: ['generous agentCap', 'lean agentCap'],
    });
  });
});
