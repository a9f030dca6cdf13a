import assert from 'node:assert/strict';
import { cutText } from '../../../../src/base/format.ts';
import {
  PLANNER_SYSTEM_PROMPT,
  PROPOSE_WORKFLOW_TOOL,
} from '../../../../src/core/planner/plannerPrompt.ts';
import { formatPlanningMessage } from '../../../../src/core/planner/planningMessage.ts';
import type {
  ModelAnswer,
  ModelContent,
  ModelMessage,
  ModelRequest,
  ToolSpec,
} from '../../../../src/core/ports/modelClient.ts';
import { createOfflineClient } from '../../../../src/host/adapters/offline/createOfflineClient.ts';
import { NO_TOKENS } from '../../../../src/protocol/runLimits.ts';

const files = ['index.js', 'lib/pricing/tax.js', 'lib/reports/daily.js', 'package.json'];

const agentTools: readonly ToolSpec[] = ['read_file', 'edit_file', 'write_file'].map((name) => ({
  name,
  description: name,
  inputSchema: { type: 'object' },
}));

describe('createOfflineClient, planning', () => {
  it('proposes a workflow with the safe rules', async () => {
    const { text, script, summary } = await plan('Modernise the JavaScript in lib');
    assert.match(text, /^Offline \(no AI\): Modernises lib by fixed rules/);
    assert.match(summary, /checked with npm test/);
    assert.match(script, /^export const meta = \{\n {2}name: 'modernise-javascript',/);
    assert.match(
      script,
      /const rules = \['arrow', 'arrow-return', 'for-of', 'arg-rest', 'arg-spread', 'obj-method', 'obj-shorthand', 'exponent'\];/,
    );
    assert.match(script, /\.\.\.files\('lib\/\*\*\/\*\.js', \{ exclude: excluded \}\)/);
    assert.match(script, /'\*\*\/test\/\*\*'/);
    assert.match(script, /await verify\('npm test'\)/);
    assert.match(script, /writes: \[path\]/);
  });

  it('warns of an unsafe rule that the request names', async () => {
    const { script, summary } = await plan('Convert var to let and const');
    assert.match(script, /const rules = \['let'\];/);
    assert.match(script, /const found = files\('\*\*\/\*\.js', \{ exclude: excluded \}\);/);
    assert.match(summary, /Not always safe, used because you named it: let\./);
  });

  it('writes a script that does what it says', async () => {
    const { script } = await plan('Modernise the JavaScript');
    const run = await runScript(script, {
      '**/*.js': ['index.js', 'lib/pricing/tax.js', 'lib/reports/daily.js'],
      answers: ['2 rules changed index.js: arrow, for-of.', null, 'Nothing to change in x.'],
    });
    assert.deepEqual(run.result, {
      changed: ['index.js'],
      unchanged: 1,
      failed: ['lib/pricing/tax.js'],
      verified: true,
    });
    assert.deepEqual(run.commands, ['npm test']);
    assert.deepEqual(run.agents[1], [
      'Modernise the file lib/pricing/tax.js with these rules: arrow, arrow-return, for-of, arg-rest, arg-spread, obj-method, obj-shorthand, exponent.',
      {
        label: 'lib/pricing/tax.js',
        phase: 'Modernise',
        group: 'lib/pricing',
        writes: ['lib/pricing/tax.js'],
      },
    ]);
    assert.deepEqual(run.phases, ['Modernise', 'Verify']);
    assert.ok(run.log.includes('lib/pricing/tax.js: the agent failed'), run.log.join('\n'));
  });

  it('says what it can do when it has no rule', async () => {
    const { content } = await ask('Port these callbacks to async/await');
    assert.equal(content.length, 1);
    assert.match(textOf(content), /Offline \(no AI\)[\s\S]*Set Anthropic API Key/);
  });

  it('says that a folder does not exist', async () => {
    const { content } = await ask('Modernise the code in lib/nothing');
    assert.match(textOf(content), /cannot tell what "lib\/nothing" is/);
  });

  it('says that it cannot repair a workflow', async () => {
    const first = await ask('Modernise lib');
    const call = first.content.find((part) => part.type === 'toolUse');
    assert.ok(call);
    const { content } = await send(
      [
        ...planning('Modernise lib'),
        { role: 'assistant', content: first.content },
        { role: 'user', content: [result(call.toolUseId, '1:1 error x: y', 'error')] },
      ],
      [PROPOSE_WORKFLOW_TOOL],
    );
    assert.match(textOf(content), /did not pass the check[\s\S]*1:1 error x: y/);
  });
});

describe('createOfflineClient, agents', () => {
  const prompt = 'Modernise the file lib/a.js with these rules: arrow, obj-shorthand, for-of.';

  it('reads, writes and reports', async () => {
    const disk = new Map([['lib/a.js', 'f({ a: a });\nlist.map(function (x) { return x; });\n']]);
    const conversation = await talk(prompt, disk);
    assert.deepEqual(conversation.calls, ['read_file lib/a.js', 'write_file lib/a.js']);
    assert.equal(disk.get('lib/a.js'), 'f({ a });\nlist.map(x => { return x; });\n');
    assert.equal(conversation.final, '2 rules changed lib/a.js: arrow, obj-shorthand.');
    assert.deepEqual(conversation.usages, [NO_TOKENS, NO_TOKENS, NO_TOKENS]);
  });

  const finals: readonly [string, string | undefined, string][] = [
    ['nothing to do', 'f();\n', 'Nothing to change in lib/a.js.'],
    ['an empty file', '', 'Nothing to change in lib/a.js.'],
    [
      'a syntax error',
      'f(\n',
      'Cannot modernise lib/a.js: it does not parse, line 2: Unexpected token.',
    ],
    [
      'a file that is too large',
      cutText('f();\n'.repeat(100), 301),
      'Cannot modernise lib/a.js: it is too large to be read in one piece.',
    ],
    [
      'no such file',
      undefined,
      'Cannot modernise lib/a.js: it could not be read. No file lib/a.js.',
    ],
  ];
  for (const [name, source, expected] of finals) {
    it(`answers honestly to ${name}`, async () => {
      const disk = new Map(source === undefined ? [] : [['lib/a.js', source]]);
      const { calls, final } = await talk(prompt, disk);
      assert.deepEqual({ calls, final }, { calls: ['read_file lib/a.js'], final: expected });
    });
  }

  const unsupported: readonly [string, string, readonly ToolSpec[]][] = [
    ['an unknown prompt', 'Review lib/a.js for bugs.', agentTools],
    ['an unknown rule', 'Modernise the file a.js with these rules: magic.', agentTools],
    ['no rule', 'Modernise the file a.js with these rules: .', agentTools],
    ['two tasks', `${prompt}\n${prompt}`, agentTools],
    [
      'a schema',
      prompt,
      [...agentTools, { name: 'submit_result', description: '', inputSchema: {} }],
    ],
    ['an empty prompt', '', agentTools],
  ];
  for (const [name, text, tools] of unsupported) {
    it(`fails with offline_unsupported for ${name}`, async () => {
      await assert.rejects(send([user(text)], tools), {
        name: 'ModelError',
        code: 'offline_unsupported',
        retry: 'never',
      });
    });
  }

  it('rejects with the reason when aborted', async () => {
    const reason = new Error('cancelled');
    const request = { ...base, tools: agentTools, messages: [user(prompt)] };
    await assert.rejects(
      createOfflineClient().send(request, { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
  });
});

const base: ModelRequest = {
  model: 'offline-rules',
  system: PLANNER_SYSTEM_PROMPT,
  tools: [],
  messages: [],
  maxOutputTokens: 1000,
};

function send(messages: readonly ModelMessage[], tools: readonly ToolSpec[]): Promise<ModelAnswer> {
  const { signal } = new AbortController();
  return createOfflineClient().send({ ...base, tools, messages }, { signal });
}

function ask(request: string): Promise<ModelAnswer> {
  return send(planning(request), [PROPOSE_WORKFLOW_TOOL]);
}

async function plan(request: string) {
  const { content, usage, stopReason } = await ask(request);
  assert.deepEqual([usage, stopReason], [NO_TOKENS, 'toolUse']);
  const call = content.find((part) => part.type === 'toolUse');
  assert.equal(call?.name, 'propose_workflow');
  // The tool's own schema, as the planner parses it.
  const { script, summary } = call.input as { script: string; summary: string };
  return { text: textOf(content), script, summary };
}

function planning(request: string): readonly ModelMessage[] {
  return [user(formatPlanningMessage({ files }, request))];
}

function user(text: string): ModelMessage {
  return { role: 'user', content: [{ type: 'text', text }] };
}

function result(toolUseId: string, text: string, outcome: 'ok' | 'error'): ModelContent {
  return { type: 'toolResult', toolUseId, text, outcome };
}

function textOf(content: readonly ModelContent[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

async function talk(prompt: string, disk: Map<string, string>) {
  const messages: ModelMessage[] = [user(prompt)];
  const calls: string[] = [];
  const usages: unknown[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const answer = await send(messages, agentTools);
    usages.push(answer.usage);
    const call = answer.content.find((part) => part.type === 'toolUse');
    if (call === undefined) return { calls, usages, final: textOf(answer.content) };
    // The offline client only makes calls of these two tools, with these fields.
    const { path, text } = call.input as { path: string; text?: string };
    calls.push(`${call.name} ${path}`);
    const known = disk.get(path);
    if (text !== undefined) disk.set(path, text);
    const reply =
      text !== undefined
        ? result(call.toolUseId, 'Written.', 'ok')
        : known === undefined
          ? result(call.toolUseId, `No file ${path}.`, 'error')
          : result(call.toolUseId, known, 'ok');
    messages.push(
      { role: 'assistant', content: answer.content },
      { role: 'user', content: [reply] },
    );
  }
  return assert.fail(`The conversation did not end: ${calls.join(', ')}`);
}

async function runScript(
  script: string,
  world: { readonly '**/*.js': readonly string[]; readonly answers: readonly (string | null)[] },
) {
  const agents: unknown[] = [];
  const commands: string[] = [];
  const phases: string[] = [];
  const log: string[] = [];
  const globals = {
    files: (glob: '**/*.js') => world[glob],
    read: () => '{"scripts":{"test":"x"}}',
    agent: (...call: unknown[]) => {
      agents.push(call);
      return Promise.resolve(world.answers[agents.length - 1]);
    },
    parallel: (thunks: readonly (() => unknown)[]) => Promise.all(thunks.map((thunk) => thunk())),
    verify: (command: string) => {
      commands.push(command);
      return Promise.resolve({ ok: true, exitCode: 0 });
    },
    phase: (title: string) => phases.push(title),
    log: (message: string) => log.push(message),
  };
  const body = script.replace('export const meta', 'const meta');
  // The script is our own text under test; it runs here as the body of an async function.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  const result: unknown = await new Function(
    ...Object.keys(globals),
    `return (async () => { ${body} })();`,
  )(...Object.values(globals));
  return { result, agents, commands, phases, log };
}
