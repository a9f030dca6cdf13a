import assert from 'node:assert/strict';
import { reduceRun } from '../../../src/protocol/view/reduceRun.ts';
import type { RunEvent } from '../../../src/protocol/events/runEvents.ts';
import type { RunTreeToWebview } from '../../../src/protocol/webviews/runTreeMessages.ts';
import { RunFeeds } from '../../../src/extension/runs/runFeeds.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { Tasks } from '../../../src/extension/shared/tasks.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';

const view = reduceRun(null, {
  type: 'run.started',
  runId: 'r1',
  at: 1,
  seq: 1,
  request: 'x',
  scriptSha256: '',
  argsSha256: '',
  limits: DEFAULT_RUN_LIMITS,
  provider: 'offline',
  model: 'rules',
  snapshotTree: '',
  snapshotFiles: 1,
  leftOut: [],
  approvedCommands: [],
  unsandboxed: false,
  productVersion: '0',
  flags: [],
  meta: { name: 'n', description: 'd', phases: [] },
});
const log = (seq: number): RunEvent => ({
  type: 'log' as const,
  runId: 'r1',
  at: seq,
  seq,
  level: 'info' as const,
  message: `m${seq}`,
});

describe('the feed of a run', () => {
  it('serves two views from one subscription, each with its own snapshot', async () => {
    const { host, feeds } = start();
    const first: RunTreeToWebview[] = [];
    const second: RunTreeToWebview[] = [];
    const firstHold = feeds.subscribe('r1', (message) => first.push(message));
    await settled();
    host.notify('run.events', { runId: 'r1', sequence: 6, events: [log(2)] });
    const secondHold = feeds.subscribe('r1', (message) => second.push(message));
    host.notify('run.events', { runId: 'r1', sequence: 7, events: [log(3)] });
    assert.deepEqual(first.map(outline), ['snapshot 5 (0 logs)', 'events 6', 'events 7']);
    assert.deepEqual(second.map(outline), ['snapshot 6 (1 logs)', 'events 7']);
    firstHold.dispose();
    secondHold.dispose();
    assert.deepEqual(host.methods, ['run.subscribe', 'run.unsubscribe']);
  });

  it('subscribes again after a gap and sends a new snapshot', async () => {
    const { host, feeds } = start();
    const messages: RunTreeToWebview[] = [];
    feeds.subscribe('r1', (message) => messages.push(message));
    await settled();
    host.notify('run.events', { runId: 'r1', sequence: 9, events: [log(2)] });
    host.notify('run.events', { runId: 'other', sequence: 1, events: [log(2)] });
    await settled();
    assert.deepEqual(messages.map(outline), ['snapshot 5 (0 logs)', 'snapshot 5 (0 logs)']);
    assert.deepEqual(host.methods, ['run.subscribe', 'run.subscribe']);
  });

  it('shows the run as interrupted when the host is gone', async () => {
    const { feeds } = start();
    const messages: RunTreeToWebview[] = [];
    feeds.subscribe('r1', (message) => messages.push(message));
    await settled();
    feeds.markInterrupted('The host ended.');
    const last = messages.at(-1);
    assert.deepEqual(last?.type === 'snapshot' ? last.view?.state : null, 'interrupted');
  });

  it('tells when the run is not there any more, and of no other trouble', async () => {
    const missing: string[] = [];
    const refusal = { code: '' };
    const { feeds } = start(() => {
      // As the connection makes it of what the host refused.
      throw new Error('refused', { cause: { data: refusal } });
    });
    feeds.onMissing((runId) => missing.push(runId));
    for (const code of ['internal', 'not_found']) {
      refusal.code = code;
      feeds.subscribe('r1', () => assert.fail('there is nothing to show')).dispose();
      await settled();
    }
    assert.deepEqual(missing, ['r1']);
  });

  function start(subscribe: () => { sequence: number; view: typeof view } = answer) {
    const host = new ScriptedHost({
      'run.subscribe': subscribe,
      'run.unsubscribe': () => ({}),
    });
    const noop = () => undefined;
    return { host, feeds: new RunFeeds(host, new Tasks({ info: noop, warn: noop, error: noop })) };
  }
});

function answer() {
  return { sequence: 5, view };
}

function outline(message: RunTreeToWebview): string {
  return message.type === 'snapshot'
    ? `snapshot ${message.sequence} (${message.view?.logs.length ?? 0} logs)`
    : `events ${message.sequence}`;
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
