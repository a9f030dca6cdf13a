import assert from 'node:assert/strict';
import type { RunLimits } from '../../../src/protocol/runLimits.ts';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { RunRegistry } from '../../../src/extension/runs/runRegistry.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { RunControls, type RunDialogs } from '../../../src/extension/runs/runControls.ts';
import { SeenRuns } from '../../../src/extension/runs/seenRuns.ts';
import { sampleRun } from '../support/samples.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';

const higher: RunLimits = { ...DEFAULT_RUN_LIMITS, maxUsd: 20, usdIsExplicit: true };
const control = (params: object) => ({
  method: 'run.control',
  params: { runId: 'r1', control: params },
});
const atLimit = { state: 'paused', pauseReason: 'limit' } as const;

describe('the verbs that control a run', () => {
  it('raise the limits of a run that waits at one, with what the user chose', async () => {
    const { controls, host, asked } = start(atLimit);
    await controls.raise('r1');
    assert.deepEqual(asked, ['limits']);
    assert.deepEqual(host.requests, [control({ action: 'raise', limits: higher })]);
  });

  it('resume nothing when the user would not have commands run twice', async () => {
    const answers = { confirmRerun: () => Promise.resolve(false) };
    const ended = { state: 'failed', endedAt: 9, rerunsUnsandboxed: 1 } as const;
    const { controls, host } = start(ended, answers);
    await controls.resume('r1');
    assert.deepEqual(host.requests, []);
  });

  it('send nothing when the user dismisses the question', async () => {
    const { controls, host } = start(atLimit, {
      askHigherLimits: () => Promise.resolve(null),
      askConcurrency: () => Promise.resolve(null),
      confirmCancel: () => Promise.resolve(false),
    });
    await controls.raise('r1');
    await controls.throttle('r1');
    await controls.cancel('r1');
    assert.deepEqual(host.requests, []);
  });

  it('show the present number before a throttle, and what a cancel hits', async () => {
    const { controls, host, asked } = start({ concurrency: 7 });
    await controls.throttle('r1');
    await controls.cancel('r1');
    assert.deepEqual(asked, [
      'concurrency 7',
      'Cancel run: 14 agents running, 69 queued; finished work is kept',
    ]);
    assert.deepEqual(host.requests, [
      control({ action: 'throttle', concurrency: 4 }),
      control({ action: 'cancel' }),
    ]);
  });

  const resumes: readonly (readonly [string, Partial<RunSummary>, readonly string[], object[]])[] =
    [
      [
        'let a run go on that the user paused',
        { state: 'paused', pauseReason: 'user' },
        [],
        [control({ action: 'resume' })],
      ],
      [
        'let a run go on that failures hold',
        { state: 'paused', pauseReason: 'breaker' },
        [],
        [control({ action: 'resume' })],
      ],
      [
        'ask for limits where a run waits at one',
        atLimit,
        ['limits'],
        [control({ action: 'raise', limits: higher })],
      ],
      [
        'show the question that a run waits for',
        { state: 'paused', pauseReason: 'gate' },
        ['gate'],
        [],
      ],
      [
        'resume an ended run from its journal',
        { state: 'failed', endedAt: 9 },
        [],
        [
          {
            method: 'run.resume',
            params: { runId: 'r1', limits: null, allowedCommands: ['npm *'] },
          },
        ],
      ],
      [
        'ask for limits before a run is resumed that stopped at one',
        { ...atLimit, endedAt: 9 },
        ['limits'],
        [
          {
            method: 'run.resume',
            params: { runId: 'r1', limits: higher, allowedCommands: ['npm *'] },
          },
        ],
      ],
      [
        'ask before agents run again whose commands had no sandbox',
        { state: 'failed', endedAt: 9, rerunsUnsandboxed: 2 },
        ['Resume and rerun 2 agents that ran commands without a sandbox'],
        [
          {
            method: 'run.resume',
            params: { runId: 'r1', limits: null, allowedCommands: ['npm *'] },
          },
        ],
      ],
      [
        'resume a run that stopped at a question',
        { state: 'paused', pauseReason: 'gate', endedAt: 9 },
        [],
        [
          {
            method: 'run.resume',
            params: { runId: 'r1', limits: null, allowedCommands: ['npm *'] },
          },
        ],
      ],
    ];
  for (const [title, changes, questions, requests] of resumes) {
    it(title, async () => {
      const { controls, host, asked } = start(changes);
      await controls.resume('r1');
      assert.deepEqual([asked, host.requests], [questions, requests]);
    });
  }

  it('leave a run ended whose limits nobody raised', async () => {
    const changes = { ...atLimit, endedAt: 9 };
    const { controls, host } = start(changes, { askHigherLimits: () => Promise.resolve(null) });
    await controls.resume('r1');
    assert.deepEqual(host.requests, []);
  });

  it('let nothing go on in a folder that is not trusted', async () => {
    const { controls, host } = start(atLimit, { isTrusted: () => false });
    await assert.rejects(controls.resume('r1'), /not trusted/u);
    await assert.rejects(controls.raise('r1'), /not trusted/u);
    assert.deepEqual(host.requests, []);
  });
});

function start(changes: Partial<RunSummary>, answers: Partial<RunDialogs> = {}) {
  const asked: string[] = [];
  const note = <T>(question: string, answer: T): Promise<T> => {
    asked.push(question);
    return Promise.resolve(answer);
  };
  const dialogs: RunDialogs = {
    isTrusted: () => true,
    askConcurrency: (current) => note(`concurrency ${current}`, 4),
    askHigherLimits: () => note('limits', higher),
    confirmCancel: (sentence) => note(sentence, true),
    confirmRerun: (sentence) => note(sentence, true),
    showGate: () => note('gate', undefined),
    ...answers,
  };
  const host = new ScriptedHost({
    'run.control': () => ({}),
    'run.resume': () => ({ runId: 'r1' }),
  });
  const registry = new RunRegistry(host);
  host.notify('runs.changed', { run: sampleRun(changes) });
  const seen = new SeenRuns({ get: () => undefined, update: () => Promise.resolve() });
  return {
    controls: new RunControls({ host, registry, seen, dialogs, allowedCommands: () => ['npm *'] }),
    host,
    asked,
  };
}
