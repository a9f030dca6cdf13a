import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { AgentHistory } from '../../../src/host/adapters/store/agentHistory.ts';
import { createRunStore } from '../../../src/host/adapters/store/runStore.ts';
import { systemClock, systemRandom } from '../../../src/host/adapters/system.ts';
import { estimateWorkflow } from '../../../src/host/plans/estimateService.ts';
import { noTokens } from '../../../src/protocol/runLimits.ts';
import type { RunFact } from '../../../src/protocol/events/runEvents.ts';
import { MemorySnapshots } from '../../support/memorySnapshots.ts';
import { openSandbox } from '../../worker/support/sandbox.ts';
import { runDirectory } from '../../../src/host/adapters/store/runFolders.ts';

const scripts = openSandbox();
after(() => scripts.dispose());

let stateDirectory = '';
let warnings: string[] = [];
const log = {
  info: () => undefined,
  warn: (_tag: string, message: string) => void warnings.push(message),
  error: () => undefined,
};

beforeEach(async () => {
  stateDirectory = await mkdtemp(path.join(tmpdir(), 'muster-estimate-'));
  warnings = [];
});
afterEach(() => rm(stateDirectory, { recursive: true, force: true }));

interface Past {
  readonly outcome?: 'ok' | 'failed';
  readonly outputTokens: number;
  readonly phase?: string;
}

/** Writes the journal of a run whose agents used so many tokens; `minute` says how old it is. */
async function writeRun(
  runId: string,
  agents: readonly Past[],
  run: { readonly provider?: string; readonly minute?: number } = {},
): Promise<void> {
  const options = { stateDirectory, runId, clock: systemClock, log, secrets: [] };
  const store = await createRunStore(options);
  const { provider = 'anthropic', minute = 0 } = run;
  const facts = [
    startedBy(provider),
    ...agents.flatMap((agent, index) => factsOf(agent, index + 1)),
  ];
  for (const fact of facts) await store.journal.append(fact);
  await store.dispose();
  await utimes(journalOf(runId), minute * 60, minute * 60);
}

function journalOf(runId: string): string {
  return path.join(runDirectory(stateDirectory, runId), 'journal.jsonl');
}

function startedBy(provider: string): RunFact {
  return {
    type: 'run.started',
    request: 'r',
    meta: { name: 'w', description: 'd', phases: [] },
    scriptSha256: '',
    argsSha256: '',
    limits: DEFAULT_RUN_LIMITS,
    provider,
    model: 'm',
    snapshotTree: '',
    snapshotFiles: 0,
    leftOut: [],
    approvedCommands: [],
    unsandboxed: false,
    productVersion: '0',
    flags: [],
  };
}

function factsOf({ outcome = 'ok', outputTokens, phase }: Past, agentId: number): RunFact[] {
  const queued: RunFact = {
    type: 'agent.queued',
    agentId,
    callId: agentId,
    contentKey: 'k',
    occurrence: 0,
    label: 'l',
    phase: phase ?? null,
    group: null,
    model: 'm',
    workflowId: null,
    agentType: 'general-purpose',
    promptSha256: '',
    promptPreview: '',
  };
  const ended: RunFact = {
    type: 'agent.ended',
    agentId,
    outcome,
    value: null,
    valuePreview: '',
    error: null,
    turns: 2,
    usage: { ...noTokens, outputTokens },
    usd: null,
    changes: [],
    reads: null,
    conflictPaths: [],
    treeHash: '',
  };
  return [queued, ended];
}

describe('The history of agents', () => {
  const samplesOf = async (provider = 'anthropic') =>
    (await new AgentHistory(stateDirectory, log).samples(provider)).map(
      ({ phase, use }) => `${phase ?? '-'} ${use.usage.outputTokens}/${use.requests}`,
    );

  it('holds the agents of this provider that ended well and whose tokens are known', async () => {
    await writeRun('run-1', [
      { outputTokens: 5, phase: 'Fix' },
      { outputTokens: 6, outcome: 'failed' },
      { outputTokens: 0 },
      { outputTokens: 7 },
    ]);
    await writeRun('run-2', [{ outputTokens: 8 }], { provider: 'offline' });
    assert.deepEqual(await samplesOf(), ['Fix 5/2', '- 7/2']);
    assert.deepEqual(await samplesOf('offline'), ['- 8/2']);
  });

  it('is empty where nothing ran', async () => assert.deepEqual(await samplesOf(), []));

  it('looks back on the newest twenty runs', async () => {
    for (let minute = 1; minute <= 22; minute += 1) {
      await writeRun(`run-${minute}`, [{ outputTokens: minute }], { minute });
    }
    const expected = Array.from({ length: 20 }, (_item, index) => `- ${22 - index}/2`);
    assert.deepEqual(await samplesOf(), expected);
  });

  it('leaves a broken journal out and says so in the log', async () => {
    await writeRun('run-1', [{ outputTokens: 5 }]);
    await writeRun('run-2', [{ outputTokens: 6 }]);
    await writeFile(journalOf('run-1'), '{"v":1,"kind":"agent.queued","agentId":"one"}\n');
    assert.deepEqual([await samplesOf(), warnings], [['- 6/2'], ['unreadable']]);
  });

  it('leaves a line out that was torn off', async () => {
    await writeRun('run-1', [{ outputTokens: 5 }]);
    await writeFile(journalOf('run-1'), '{"v":1,"kind":"agent.que', { flag: 'a' });
    assert.deepEqual([await samplesOf(), warnings], [['- 5/2'], []]);
  });

  it('reads a journal again only when it has changed', async () => {
    const history = new AgentHistory(stateDirectory, log);
    const count = async () => (await history.samples('anthropic')).length;
    await writeRun('run-1', [{ outputTokens: 5 }], { minute: 1 });
    assert.equal(await count(), 1);
    await writeFile(journalOf('run-1'), '');
    await utimes(journalOf('run-1'), 60, 60);
    assert.equal(await count(), 1);
    await utimes(journalOf('run-1'), 120, 120);
    assert.equal(await count(), 0);
  });
});

describe('The estimate service', () => {
  const estimate = (body: string, timeLimitMs?: number, signal = new AbortController().signal) => {
    const script = `export const meta = { name: 'w', description: 'd' };\n${body}`;
    const snapshots = new MemorySnapshots({
      'a.ts': 'a',
      '.muster/agents/critic.md':
        '---\nname: critic\ndescription: d\nmodel: opus\n---\nFind faults.\n',
      '.muster/workflows/kid.js': `export const meta = { name: 'kid', description: 'd' };\nawait agent('k')`,
    });
    return estimateWorkflow(
      {
        stateDirectory,
        log,
        clock: systemClock,
        random: systemRandom,
        scripts,
        snapshots,
        workspace: '/nowhere',
        userWorkflows: { list: () => Promise.resolve([]) },
      },
      {
        script,
        check: checkScript(script),
        argsJson: null,
        budgetTokens: null,
        limits: DEFAULT_RUN_LIMITS,
        provider: 'anthropic',
        model: 'claude-sonnet-5-5',
        timeLimitMs,
        signal,
      },
    );
  };

  it('counts with the tokens of earlier runs here', async () => {
    await writeRun(
      'run-1',
      [1, 2, 3].map((thousand) => ({ outputTokens: thousand * 1000 })),
    );
    const { tokens, usd, tokenSources } = await estimate(`await agent('a')`);
    assert.deepEqual(
      [tokens, usd],
      [
        { min: 2000, max: 3000 },
        { min: 0.02, max: 0.03 },
      ],
    );
    assert.deepEqual(tokenSources, ["this workspace's history: 3 agents, general-purpose"]);
  });

  it('counts the agents of saved workflows that the script runs', async () => {
    const { agents, workflows, gaps } = await estimate(
      `await workflow('kid'); try { await workflow('nowhere') } catch { await agent('a') }`,
    );
    assert.deepEqual([agents, workflows, gaps], [{ min: 2, max: 2 }, ['kid'], []]);
  });

  it('knows the agent types that the workspace defines, and their models', async () => {
    const { agentTypes, models } = await estimate(`await agent('a', { agentType: 'Critic' })`);
    assert.deepEqual([agentTypes, models], [['critic'], ['claude-opus-5-5']]);
  });

  it('stops a mock run that computes for ever, and keeps what it saw', async () => {
    const { agents, unbounded, gaps } = await estimate(`await agent('a'); for (;;);`, 100);
    assert.deepEqual(
      [agents, unbounded],
      [{ min: 1, max: 1 }, 'unbounded: stopped at the time limit'],
    );
    assert.deepEqual(gaps, [
      { stub: 'generous', code: 'timeLimit', message: 'The mock run took too long.' },
      { stub: 'lean', code: 'timeLimit', message: 'The mock run took too long.' },
    ]);
  });

  it('stops one that asks without end', async () => {
    const { gaps } = await estimate(`for (;;) { agent('a'); await null; }`);
    assert.deepEqual(new Set(gaps.map(({ stub }) => stub)), new Set(['generous', 'lean']));
  });

  it('rejects when it is cancelled', async () => {
    const stop = new AbortController();
    const asked = estimate(`await agent('a'); for (;;);`, 60_000, stop.signal);
    setTimeout(() => stop.abort(new Error('no longer wanted')), 50);
    await assert.rejects(asked, /no longer wanted/u);
  });
});
