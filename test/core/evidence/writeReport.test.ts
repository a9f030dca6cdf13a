import assert from 'node:assert/strict';
import { writeReport } from '../../../src/core/evidence/writeReport.ts';
import type { ProposalSet } from '../../../src/protocol/proposals.ts';
import { NO_TOKENS } from '../../../src/protocol/runLimits.ts';
import type { AgentView, RunView } from '../../../src/protocol/view/runView.ts';

const agent: AgentView = {
  agentId: 1,
  label: 'fix a',
  phase: 'Edit',
  group: null,
  model: 'm',
  agentType: 'general',
  status: 'ok',
  attempt: 1,
  promptPreview: '',
  activity: '',
  turns: 2,
  queuedAt: 0,
  startedAt: 1,
  endedAt: 2,
  usage: NO_TOKENS,
  usd: 0.1,
  valuePreview: '',
  error: null,
  changedPaths: ['a.ts'],
  conflictPaths: [],
  cached: false,
  workflowId: null,
};
const error = { code: 'max_turns', message: 'It used all of its turns.' } as const;
const view: RunView = {
  runId: 'run-1',
  request: 'Modernise\nit',
  state: 'completed',
  pauseReason: null,
  meta: { name: 'modernise', description: 'd', phases: [] },
  stateMessage: null,
  verdict: 'passed',
  provider: 'anthropic',
  model: 'm',
  limits: { maxAgents: 1, concurrency: 1, maxTokens: null, maxUsd: 5, maxMinutes: 1 },
  concurrency: 1,
  snapshotFiles: 12,
  startedAt: 0,
  endedAt: 61_000,
  phases: ['Edit'],
  agents: [agent, { ...agent, agentId: 2, label: 'fix *b*', status: 'failed', error }],
  verifications: [
    {
      verifyId: 1,
      label: 't',
      phase: null,
      command: 'npm test',
      startedAt: 0,
      endedAt: 1,
      error: null,
      receipt: {
        verifyId: 1,
        label: 't',
        phase: null,
        command: 'npm test',
        cwd: '',
        required: true,
        ok: false,
        sandbox: 'none',
        exitCode: 1,
        timedOut: false,
        durationMs: 850,
        tests: { passed: 3, failed: 1, skipped: 0 },
        failedTests: ['sum > adds'],
        regressions: [],
        fixed: [],
        treeHash: 'old',
        logPath: '/log',
        output: '',
      },
    },
  ],
  gates: [],
  workflows: [],
  logs: [{ at: 0, level: 'warning', message: 'dropped 3 items' }],
  droppedLogs: 0,
  usage: { ...NO_TOKENS, inputTokens: 1500, outputTokens: 20 },
  usd: 0.25,
  proposals: { groups: 1, files: 1, hunks: 2, pending: 2, conflicts: 0 },
  treeHash: 'id',
  proposedTree: 'new',
  resultPreview: null,
  error: null,
};

describe('writeReport', () => {
  it('tells what was asked, what ran, the evidence, the failures, the gaps and the cost', () => {
    const proposals: ProposalSet = {
      runId: 'run-1',
      treeHash: 'new',
      groups: [{ groupId: 'g', title: 'Edit' }],
      conflicts: [],
      files: [
        {
          path: 'a.ts',
          kind: 'modify',
          encoding: 'utf8',
          mode: 0o100644,
          flag: null,
          baseSha256: 'b',
          proposedSha256: 'p',
          hunks: [
            {
              hunkId: 'h',
              path: 'a.ts',
              baseStart: 1,
              baseLines: 1,
              proposedStart: 1,
              proposedLines: 2,
              added: 2,
              removed: 1,
              preview: '',
              agentIds: [1],
              groupId: 'g',
              state: 'pending',
            },
          ],
        },
      ],
    };
    const text = writeReport(view, proposals);
    const expected = [
      '> Modernise\n> it',
      '- Agents: 1 ok, 1 failed',
      '- Time: 1 min 01 s',
      '- `npm test`: failed (exit code 1), 850 ms, 4 tests: 3 passed, 1 failed, 0 skipped, sandbox: none, stale: it ran on other files than those proposed or accepted now',
      '  - failed: `sum > adds`',
      '### Edit\n\n- `a.ts` +2 −1',
      '- fix \\*b\\* (agent 2): `max_turns` It used all of its turns.',
      '## Not covered\n\n- 1 agent failed: returned null to the script\n',
      '- dropped 3 items',
      '$0.25 of at most $5.00; 1.5k input tokens (0 from the cache), 20 output tokens.',
    ];
    assert.deepEqual(
      expected.filter((part) => !text.includes(part)),
      [],
      text,
    );
  });

  it('says that nothing was done when no agent started', () => {
    const text = writeReport(
      { ...view, agents: [], verifications: [], verdict: 'unverified' },
      null,
    );
    assert.match(text, /none started, so nothing was changed/u);
    assert.match(text, /No commands ran/u);
  });
});
