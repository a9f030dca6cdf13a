import assert from 'node:assert/strict';
import { contentKey, readAgentCall } from '../../../src/core/agent/agentCall.ts';
import { callOf } from './agentBench.ts';

const defaults = {
  prompt: 'do it',
  label: 'do it',
  phase: null,
  group: null,
  schema: null,
  model: null,
  effort: null,
  agentType: 'general-purpose',
  isolation: null,
  tools: null,
  writes: null,
  timeoutMs: 1_200_000,
  maxTurns: 30,
  retries: 2,
  structuredRetries: 3,
  stallMs: 180_000,
  maxTokens: null,
  maxUsd: null,
};

describe('readAgentCall', () => {
  const good: readonly (readonly [unknown, object, readonly string[]])[] = [
    [null, {}, []],
    [{}, {}, []],
    [[1], {}, []],
    ['text', {}, []],
    [{ label: null, schema: null, tools: null }, {}, []],
    [{ label: 'x', phase: 'P', group: 'G' }, { label: 'x', phase: 'P', group: 'G' }, []],
    [{ writes: 'src/**' }, { writes: ['src/**'] }, []],
    [{ writes: ['a', 'b'], tools: [] }, { writes: ['a', 'b'], tools: [] }, []],
    [{ schema: { type: 'object' } }, { schema: { type: 'object' } }, []],
    [
      { effort: 'max', model: 'opus', isolation: 'worktree' },
      { effort: 'max', model: 'opus', isolation: 'worktree' },
      [],
    ],
    [
      { timeoutMs: 5, maxTurns: 1, retries: 0, structuredRetries: 0 },
      { timeoutMs: 5, maxTurns: 1, retries: 0, structuredRetries: 0 },
      [],
    ],
    [{ stallMs: 5, maxUsd: 1, maxTokens: 2 }, { stallMs: 5, maxUsd: 1, maxTokens: 2 }, []],
    [
      { label: 7, phase: 2, group: 3, retries: '4', tools: 'read_file', effort: 'huge' },
      { label: '7', phase: '2', group: '3', retries: 4, tools: ['read_file'] },
      ['effort: huge'],
    ],
    [{ agentType: ' ' }, {}, []],
    [{ colour: 'red', constructor: 1, label: 'x' }, { label: 'x' }, ['colour', 'constructor']],
  ];
  for (const [options, expected, unknownKeys] of good) {
    it(`takes ${JSON.stringify(options)}`, () => {
      const read = readAgentCall(JSON.stringify(['do it', options]), null);
      assert.deepEqual(read, { type: 'ok', call: { ...defaults, ...expected }, unknownKeys });
    });
  }

  it('takes the first line of the prompt as label, and the present phase', () => {
    const read = readAgentCall(JSON.stringify([`  Fix it ${'x'.repeat(80)}\nmore`, null]), 'Now');
    assert.equal(read.type, 'ok');
    assert.deepEqual(
      [read.call.label.length, read.call.label.slice(0, 7), read.call.phase],
      [60, 'Fix it ', 'Now'],
    );
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['[null,null]', 'agent_prompt_invalid', /got nothing\.$/u],
    ['["",null]', 'agent_prompt_invalid', /got an empty string\.$/u],
    ['[" ",null]', 'agent_prompt_invalid', /got this: string\.$/u],
    ['[7,null]', 'agent_prompt_invalid', /got this: number\.$/u],
    ['[{},null]', 'agent_prompt_invalid', /got this: object\.$/u],
    ['7', 'agent_prompt_invalid', /got nothing\.$/u],
    ['["x",{"label":{}}]', 'agent_options_invalid', /label: /u],
    ['["x",{"schema":[]}]', 'agent_options_invalid', /schema: /u],
    ['["x",{"schema":"x"}]', 'agent_options_invalid', /schema: /u],
    ['["x",{"maxTurns":0}]', 'agent_options_invalid', /maxTurns: /u],
    ['["x",{"retries":-1}]', 'agent_options_invalid', /retries: /u],
    ['["x",{"retries":1.5}]', 'agent_options_invalid', /retries: /u],
    ['["x",{"tools":7}]', 'agent_options_invalid', /tools: /u],
    ['["x",{"retries":"many"}]', 'agent_options_invalid', /retries: /u],
    ['["x",{"writes":[7]}]', 'agent_options_invalid', /writes\.0: |writes: /u],
    ['["x",{"isolation":"vm"}]', 'agent_options_invalid', /isolation: /u],
    ['["x",{"label":[],"model":7}]', 'agent_options_invalid', /label: .*; model: /u],
    ['["x",{"__proto__":1}]', 'agent_options_invalid', /__proto__/u],
  ];
  for (const [params, code, message] of wrong) {
    it(`gives a cause for ${params}`, () => {
      const read = readAgentCall(params, 'Now');
      assert.equal(read.type, 'wrong');
      assert.deepEqual([read.error.code, read.phase], [code, 'Now']);
      assert.match(read.error.message, message);
    });
  }

  it('keeps label and phase of a call that went wrong', () => {
    const read = readAgentCall('[null,{"label":"x","phase":"P"}]', 'Now');
    assert.deepEqual(
      [read.type === 'wrong' && read.label, read.type === 'wrong' && read.phase],
      ['x', 'P'],
    );
  });
});

describe('contentKey', () => {
  const base = {
    schema: { type: 'object', a: 1, b: 2 },
    tools: ['x'],
    writes: ['y'],
    effort: 'low',
  };
  const key = (options: object, prompt = 'do it', model = 'm') =>
    contentKey(callOf(prompt, { ...base, ...options }), model, 'definition');
  const first = key({});

  for (const options of [
    { label: 'other' },
    { phase: 'other' },
    { group: 'other' },
    { retries: 9, maxTurns: 9, timeoutMs: 9, structuredRetries: 9 },
    { unknown: 1 },
    { schema: { b: 2, a: 1, type: 'object' } },
  ]) {
    it(`is the same with ${JSON.stringify(options)}`, () => assert.equal(key(options), first));
  }

  for (const options of [
    { schema: { type: 'object', a: 2, b: 2 } },
    { schema: null },
    { tools: ['x', 'z'] },
    { tools: null },
    { writes: ['z'] },
    { effort: 'high' },
    { agentType: 'explore' },
    { isolation: 'worktree' },
  ]) {
    it(`differs with ${JSON.stringify(options)}`, () => assert.notEqual(key(options), first));
  }

  it('differs by prompt, model and definition', () => {
    const others = [
      key({}, 'do that'),
      key({}, 'do it', 'n'),
      contentKey(callOf('do it', base), 'm', 'other'),
    ];
    assert.equal(new Set([first, ...others]).size, 4);
  });
});
