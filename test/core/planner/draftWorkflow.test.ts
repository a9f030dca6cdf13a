import assert from 'node:assert/strict';
import { draftWorkflow } from '../../../src/core/planner/draftWorkflow.ts';
import type { Draft } from '../../../src/core/planner/draftWorkflow.ts';
import { PLANNER_SYSTEM_PROMPT } from '../../../src/core/planner/plannerPrompt.ts';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { createOfflineClient } from '../../../src/host/adapters/offline/createOfflineClient.ts';
import type { Diagnostic, ScriptCheck } from '../../../src/protocol/plan.ts';
import { callTool, fail, hang, say, ScriptedModel } from '../../support/scriptedModel.ts';
import type { Step } from '../../support/scriptedModel.ts';

const good = callTool('propose_workflow', { script: 'good', summary: 'Does it.' }, 'I will.');
const bad = callTool('propose_workflow', { script: 'bad', summary: 'Does it badly.' });
const odd = callTool('propose_workflow', { script: 'odd', summary: 'Does it oddly.' });
const plan = (script: string, summary: string): Draft => ({
  type: 'plan',
  script,
  summary,
  check: fakeCheck(script),
});

describe('draftWorkflow', () => {
  const cases: readonly [string, readonly Step[], Draft][] = [
    ['returns a plan that passes the check', [good], plan('good', 'Does it.')],
    ['returns text when the model asks back', [say('Which?')], { type: 'answer', text: 'Which?' }],
    ['has errors repaired', [bad, good], plan('good', 'Does it.')],
    ['has warnings repaired', [odd, good], plan('good', 'Does it.')],
    ['has wrong input repaired', [callTool('propose_workflow', 7), good], plan('good', 'Does it.')],
    ['has a wrong tool repaired', [callTool('read_file', {}), good], plan('good', 'Does it.')],
    [
      'gives the last plan after three repairs',
      [bad, bad, bad, odd],
      plan('odd', 'Does it oddly.'),
    ],
    [
      'keeps a plan that the model defends',
      [odd, say('It is meant so.')],
      plan('odd', 'Does it oddly.'),
    ],
  ];
  for (const [title, steps, expected] of cases) {
    it(title, async () => {
      const model = new ScriptedModel(steps);
      assert.deepEqual(await draft(model), expected);
      model.assertDone();
    });
  }

  it('tells the model where the problems are', async () => {
    const model = new ScriptedModel([bad, good]);
    await draft(model);
    const last = model.requests[1]?.messages.at(-1)?.content;
    assert.deepEqual(last, [
      {
        type: 'toolResult',
        toolUseId: 'call-1',
        outcome: 'error',
        text: 'The check of the script found a problem (line:column):\n2:3 error broken: It is bad. Write good.\nRepair them and call propose_workflow again with the whole script. Leave a warning only where the code is meant so.',
      },
    ]);
  });

  it('asks with a constant prefix, the facts as data and the request', async () => {
    const model = new ScriptedModel([good]);
    await draft(model);
    const [request] = model.requests;
    assert.equal(request?.system, PLANNER_SYSTEM_PROMPT);
    assert.equal(request.model, 'm');
    assert.deepEqual(request.messages, [
      {
        role: 'user',
        content: [
          {
            type: 'text',
            text: '<files>\nAll 1 files of the workspace:\na.js\n</files>\n\n<request>\nDo it\n</request>',
          },
        ],
      },
    ]);
  });

  it('streams text and shows every answer', async () => {
    const model = new ScriptedModel([bad, good]);
    const texts: string[] = [];
    let answers = 0;
    await draft(model, { onText: (text) => texts.push(text), onAnswer: () => (answers += 1) });
    assert.deepEqual({ texts, answers }, { texts: ['I will.'], answers: 2 });
  });

  it('passes a failure of the model on', async () => {
    const error = { name: 'ModelError', code: 'model_auth' };
    await assert.rejects(draft(new ScriptedModel([fail('model_auth')])), error);
  });

  it('fails when the model says nothing', async () => {
    const error = { name: 'ModelError', code: 'model_unavailable' };
    await assert.rejects(draft(new ScriptedModel([say(' ')])), error);
  });

  it('ends with the signal', async () => {
    const controller = new AbortController();
    const drafted = draft(new ScriptedModel([hang()]), { signal: controller.signal });
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await assert.rejects(drafted, (error) => error === reason);
  });

  for (const request of [
    'Modernise the JavaScript',
    'Modernise lib and a.js, var to let and const',
  ]) {
    it(`gets a script without errors or warnings from the offline rules for "${request}"`, async () => {
      const drafted = await draftWorkflow({
        client: createOfflineClient(),
        model: 'offline-rules',
        request,
        workspaceFacts: { files: ['a.js', "lib/it's.js"] },
        checkScript,
        signal: new AbortController().signal,
      });
      assert.equal(drafted.type, 'plan');
      assert.deepEqual(drafted.check.diagnostics, []);
      assert.deepEqual(drafted.check.commands, ['npm test']);
    });
  }
});

describe('plannerSystemPrompt', () => {
  it('holds an example that passes the check', () => {
    const example = PLANNER_SYSTEM_PROMPT.slice(PLANNER_SYSTEM_PROMPT.indexOf('# Example') + 9);
    const { diagnostics, commands } = checkScript(example);
    assert.deepEqual({ diagnostics, commands }, { diagnostics: [], commands: ['npm test'] });
  });
});

function draft(
  model: ScriptedModel,
  changes: Partial<Parameters<typeof draftWorkflow>[0]> = {},
): Promise<Draft> {
  return draftWorkflow({
    client: model,
    model: 'm',
    request: 'Do it',
    workspaceFacts: { files: ['a.js'] },
    checkScript: fakeCheck,
    signal: new AbortController().signal,
    ...changes,
  });
}

function fakeCheck(script: string): ScriptCheck {
  const problem = (severity: Diagnostic['severity']): Diagnostic => ({
    severity,
    code: 'broken',
    line: 2,
    column: 3,
    message: 'It is bad.',
    fix: 'Write good.',
  });
  return {
    ok: script !== 'bad',
    meta: null,
    diagnostics:
      script === 'bad' ? [problem('error')] : script === 'odd' ? [problem('warning')] : [],
    commands: [],
    scriptSha256: script,
  };
}
