import assert from 'node:assert/strict';
import { describeEstimate, estimateHeadline } from '../../src/protocol/describeEstimate.ts';
import type { Estimate } from '../../src/protocol/estimate.ts';

const part = {
  agents: { min: 41, max: 41 },
  models: ['a', 'b', 'c'],
  agentTypes: ['explore'],
  tools: ['read_file'],
  writes: [],
  verifications: { min: 0, max: 0 },
  gates: { min: 0, max: 0 },
  tokens: { min: 12_400, max: 1_200_000 },
  usd: { min: 0.4, max: 1.1 },
};
const plain: Estimate = {
  schemaVersion: 1,
  provider: 'anthropic',
  ...part,
  phases: [],
  longestChain: { min: 2, max: 3 },
  commands: [],
  workflows: [],
  unbounded: null,
  gaps: [],
  tokenSources: ['measured on the moon'],
};

describe('The headline of an estimate', () => {
  const cases: readonly (readonly [string, Partial<Estimate>, string])[] = [
    ['counts', {}, '41 agents, 3 models, $0.40 – $1.10'],
    [
      'one of each',
      { agents: { min: 1, max: 1 }, models: ['a'] },
      '1 agent, 1 model, $0.40 – $1.10',
    ],
    ['a range', { agents: { min: 0, max: 4 } }, '0–4 agents, 3 models, $0.40 – $1.10'],
    ['an unknown price', { usd: null }, '41 agents, 3 models, cost unknown'],
    ['no cost', { usd: { min: 0, max: 0 } }, '41 agents, 3 models, $0.00'],
    ['no agent', { agents: { min: 0, max: 0 }, models: [] }, '0 agents, $0.40 – $1.10'],
    [
      'no bound',
      { unbounded: 'unbounded: stopped at the limit of 41' },
      '41 agents (unbounded: stopped at the limit of 41), 3 models, $0.40 – $1.10',
    ],
  ];
  for (const [name, change, expected] of cases) {
    it(`says ${name}`, () => assert.equal(estimateHeadline({ ...plain, ...change }), expected));
  }
});

describe('The lines of an estimate', () => {
  it('say everything, one thing a line', () => {
    const full: Estimate = {
      ...plain,
      phases: [
        { title: 'Find', ...part, agents: { min: 1, max: 1 } },
        { title: null, ...part, agents: { min: 0, max: 40 } },
      ],
      writes: ['src/**', 'docs/**'],
      commands: [
        { command: 'npm test', isLiteral: true, isReached: true },
        { command: 'npm run lint', isLiteral: true, isReached: false },
        { command: 'rm x', isLiteral: false, isReached: true },
      ],
      verifications: { min: 1, max: 2 },
      gates: { min: 0, max: 1 },
      workflows: ['kid'],
      gaps: [{ stub: 'lean', code: 'threw', message: 'TypeError: x (line 3)' }],
    };
    assert.deepEqual(describeEstimate(full), [
      '41 agents, 3 models, $0.40 – $1.10',
      'Phases: Find 1, no phase 0–40',
      'Models: a, b, c',
      'Tokens: 12k – 1.2M (measured on the moon)',
      'Longest chain: 2–3 agents in sequence',
      'Tools: read_file',
      'May write: src/**, docs/**',
      'Runs: npm test, npm run lint (not reached by the mock run), rm x (built by the script: not approved)',
      'Verifications: 1–2',
      'Asks a person: 0–1 time',
      'Child workflows: kid',
      'With the lean stub, the script threw, and the rest is not counted: TypeError: x (line 3)',
    ]);
  });

  it('leave out what there is not', () => {
    const nothing = { ...plain, models: [], tools: [], longestChain: { min: 0, max: 0 } };
    assert.deepEqual(describeEstimate({ ...nothing, tokenSources: [] }).slice(1), [
      'Tokens: 12k – 1.2M',
    ]);
  });
});
