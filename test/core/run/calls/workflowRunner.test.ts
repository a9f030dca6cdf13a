import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { WorkflowFile } from '../../../../src/core/ports/userWorkflows.ts';
import { Deliveries } from '../../../../src/core/run/answers/deliveries.ts';
import { readReplayLog } from '../../../../src/core/run/replay/readReplayLog.ts';
import { RunRecorder } from '../../../../src/core/run/runRecorder.ts';
import {
  WorkflowRunner,
  type StartedWorkflow,
} from '../../../../src/core/run/calls/workflowRunner.ts';
import { reduceRunEvents } from '../../../../src/protocol/view/reduceRun.ts';
import type { DurableRunEvent } from '../../../../src/protocol/events/runEvents.ts';
import {
  PreparedChild,
  type HostToScript,
} from '../../../../src/protocol/threads/scriptMessages.ts';
import { MemoryRunStore } from '../../../support/memoryRunStore.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { snapshotOf } from '../../script/snapshotOf.ts';

const CHILD = "export const meta = { name: 'child', description: 'd' };\nreturn args;";
const OTHER = "export const meta = { name: 'child', description: 'd' };\nreturn 2;";
const shaOf = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly user?: () => readonly WorkflowFile[];
  /** The folder of an earlier session of the run. */
  readonly store?: MemoryRunStore;
}

/** A runner with a journal, and what the script was answered. */
class Bed {
  readonly store: MemoryRunStore;
  readonly runner: WorkflowRunner;
  readonly answers: HostToScript[] = [];
  readonly stop = new AbortController();
  listed = 0;
  readonly #recorder: RunRecorder;

  constructor({ files = { '.muster/workflows/c.js': CHILD }, user, store }: Setting = {}) {
    const clock = new FakeClock();
    this.store = store ?? new MemoryRunStore(clock);
    const { journal, events } = this.store;
    this.#recorder = new RunRecorder({
      runId: 'run-1',
      journal,
      clock,
      onEvent: () => undefined,
      view: reduceRunEvents(null, events),
    });
    this.runner = new WorkflowRunner(
      {
        recorder: this.#recorder,
        deliveries: new Deliveries(),
        signal: this.stop.signal,
        services: { store: this.store, ...snapshotOf(files) },
        replay: events.length === 0 ? null : readReplayLog(events),
      },
      {
        userWorkflows: {
          list: () => {
            this.listed += 1;
            return Promise.resolve(user?.() ?? []);
          },
        },
        workspaceRoot: '/work',
        mainFileName: 'workflow.js',
      },
    );
  }

  /** The first entry of every journal. */
  async begin(): Promise<this> {
    await this.#recorder.record({
      type: 'run.started',
      request: '',
      scriptSha256: 's',
      argsSha256: '',
      model: 'm',
      meta: { name: 'w', description: 'd', phases: [] },
      limits: { maxAgents: 1, concurrency: 1, maxTokens: null, maxUsd: null, maxMinutes: 1 },
      provider: 'p',
      snapshotTree: 't',
      snapshotFiles: 0,
      leftOut: [],
      approvedCommands: [],
      unsandboxed: false,
      productVersion: '0',
      flags: [],
    });
    return this;
  }

  /** Calls workflow() and gives the child, or the message of the error. */
  async call(callId: number, nameOrRef: unknown, args: unknown = null): Promise<unknown> {
    const params = JSON.stringify([nameOrRef, args]);
    await this.handle(callId, params);
    return this.said();
  }

  handle(callId: number, params: string): Promise<void> {
    const message = { method: 'workflow' as const, params, phase: 'P' };
    return this.runner.handle(callId, message, (answer) => this.answers.push(answer));
  }

  deliver(callId: number, started: StartedWorkflow): Promise<void> {
    const send = (answer: HostToScript): number => this.answers.push(answer);
    return this.runner.deliverRecorded(started, { callId, send });
  }

  said(): unknown {
    const answer = this.answers.at(-1);
    if (answer?.type === 'throw') return answer.error.message;
    return answer === undefined ? null : PreparedChild.parse(JSON.parse(answer.json));
  }

  /** The entries after the first, without what differs each time. */
  get journal(): readonly unknown[] {
    const heads = new Set(['runId', 'at', 'seq']);
    return this.store.events
      .slice(1)
      .map((event) => Object.fromEntries(Object.entries(event).filter(([key]) => !heads.has(key))));
  }
}

const startedEvents = (events: readonly DurableRunEvent[]): readonly StartedWorkflow[] =>
  events.filter((event) => event.type === 'workflow.started');

describe('workflow() in a run', () => {
  it('is journaled with its frozen text before the script gets it', async () => {
    const bed = await new Bed().begin();
    const child = PreparedChild.parse(await bed.call(3, 'child', { a: 1 }));
    assert.deepEqual(
      [child.name, child.fileName, child.linesBefore],
      ['child', '.muster/workflows/c.js', 1],
    );
    assert.match(child.source, /return args;/u);
    const scriptSha256 = shaOf(CHILD);
    assert.deepEqual(bed.journal, [
      {
        type: 'workflow.started',
        workflowId: 1,
        callId: 3,
        name: 'child',
        phase: 'P',
        source: '.muster/workflows/c.js',
        scriptSha256,
      },
    ]);
    assert.equal(bed.store.files.get(`children/${scriptSha256}.js`), CHILD);
  });

  it('answers nothing that could not be journaled', async () => {
    const bed = await new Bed().begin();
    bed.store.failAt = 'workflow.started';
    await assert.rejects(bed.call(1, 'child'), /ENOSPC/u);
    assert.deepEqual(bed.answers, []);
  });

  it('knows the child that an agent’s call stands in, and its end', async () => {
    const bed = await new Bed().begin();
    await bed.call(3, 'child');
    await bed.call(4, 'child');
    const { runner } = bed;
    assert.deepEqual(
      [3, 4, 5, null].map((id) => runner.workflowIdOf(id)),
      [1, 2, null, null],
    );
    await runner.noteEnd(4, 'Error: x');
    await runner.noteEnd(4, null);
    await runner.noteEnd(99, null);
    await runner.noteRunEnd('The run ended.');
    assert.deepEqual(bed.journal.slice(2), [
      { type: 'workflow.ended', workflowId: 2, error: 'Error: x' },
      { type: 'workflow.ended', workflowId: 1, error: 'The run ended.' },
    ]);
  });

  it('means the same text for the whole run, and looks only once', async () => {
    let text = CHILD;
    const bed = await new Bed({
      files: {},
      user: () => [{ type: 'text', path: '~/c.js', text }],
    }).begin();
    const first = await bed.call(1, 'child');
    text = OTHER;
    assert.deepEqual(await bed.call(2, 'child'), first);
    assert.equal(bed.listed, 1);
  });

  it('gives a child another file name than the run’s own script has', async () => {
    const bed = await new Bed({ files: { 'workflow.js': CHILD } }).begin();
    const child = PreparedChild.parse(await bed.call(1, { scriptPath: 'workflow.js' }));
    assert.equal(child.fileName, './workflow.js');
  });

  it('starts nothing when the run was stopped meanwhile', async () => {
    const bed = await new Bed().begin();
    const handled = bed.handle(1, '["child",null]');
    bed.stop.abort();
    await handled;
    assert.deepEqual([bed.answers, bed.journal], [[], []]);
  });

  it('starts at most 1,000 children', async () => {
    const bed = await new Bed().begin();
    for (let callId = 1; callId <= 1000; callId += 1) await bed.call(callId, 'child');
    assert.equal(await bed.call(1001, 'child'), 'workflow(): a run may start 1000 children.');
  });

  describe('refuses with a journaled error', () => {
    const wrong = 'workflow() needs a name, or { scriptPath } with a path in the workspace.';
    const cases: readonly (readonly [string, string])[] = [
      ['["nope",null]', 'There is no workflow "nope". There are: child, bad.'],
      ['[null,null]', wrong],
      ['[7,null]', wrong],
      ['[{"path":"x"},null]', wrong],
      ['[{"scriptPath":7},null]', wrong],
      ['["child"]', wrong],
      ['"child"', wrong],
      ['["child",{"__proto__":1}]', 'workflow(): A "__proto__" key is not allowed in JSON.'],
      [
        '["bad",null]',
        '.muster/workflows/bad.js:2:7: `import()` is not available. Remove it: a script has agent(), files(), read() and the JavaScript built-ins, and nothing else.',
      ],
      [
        '[{"scriptPath":"../x.js"},null]',
        'Cannot use the path "../x.js": it leads out of its folder with "..". Use a path relative to the workspace, with "/".',
      ],
      ['[{"scriptPath":".env"},null]', 'The workflow .env cannot be read: there is no such file.'],
    ];
    const files = {
      '.muster/workflows/a.js': CHILD,
      '.muster/workflows/bad.js':
        "export const meta = { name: 'bad', description: 'd' };\nawait import('x')",
      '.env': CHILD,
    };
    for (const [params, message] of cases) {
      it(params, async () => {
        const bed = await new Bed({ files }).begin();
        await bed.handle(1, params);
        assert.deepEqual(bed.said(), message);
        assert.deepEqual(bed.journal, [
          {
            type: 'call.refused',
            callId: 1,
            method: 'workflow',
            mayRetry: true,
            error: { name: 'Error', message },
          },
        ]);
      });
    }
  });
});

describe('workflow() in a resumed run', () => {
  const userFile = (text: string) => () => [{ type: 'text' as const, path: '~/c.js', text }];

  async function firstSession(): Promise<MemoryRunStore> {
    const bed = await new Bed({ files: {}, user: userFile(CHILD) }).begin();
    await bed.call(1, 'child');
    await bed.runner.noteEnd(1, null);
    await bed.call(2, 'child');
    await bed.runner.noteRunEnd('The run was cancelled.');
    return bed.store;
  }

  it('answers with the frozen text, without new entries, whatever the file is now', async () => {
    const store = await firstSession();
    const before = store.events.length;
    const bed = new Bed({ files: {}, user: userFile(OTHER), store });
    const [first] = startedEvents(store.events);
    assert(first !== undefined);
    await bed.deliver(1, first);
    assert.match(PreparedChild.parse(bed.said()).source, /return args;/u);
    assert.equal(bed.runner.workflowIdOf(1), 1);
    await bed.runner.noteEnd(1, null);
    assert.equal(store.events.length, before);
    assert.equal(bed.listed, 0);
  });

  it('journals an end that the earlier session did not have', async () => {
    const store = await firstSession();
    const bed = new Bed({ files: {}, store });
    const [, second] = startedEvents(store.events);
    assert(second !== undefined);
    await bed.deliver(2, second);
    await bed.runner.noteEnd(2, null);
    assert.deepEqual(bed.journal.at(-1), { type: 'workflow.ended', workflowId: 2, error: null });
  });

  it('keeps frozen text and number for the same name when calls are matched by content', async () => {
    const store = await firstSession();
    const bed = new Bed({ files: {}, user: userFile(OTHER), store });
    assert.match(PreparedChild.parse(await bed.call(7, 'child')).source, /return args;/u);
    await bed.call(8, 'child');
    await bed.call(9, 'child');
    assert.deepEqual(
      [7, 8, 9].map((id) => bed.runner.workflowIdOf(id)),
      [1, 2, 3],
    );
  });

  it('does not go on with a text that was changed, or is gone', async () => {
    const store = await firstSession();
    const [first] = startedEvents(store.events);
    assert(first !== undefined);
    const file = `children/${shaOf(CHILD)}.js`;
    store.files.set(file, OTHER);
    await assert.rejects(new Bed({ store }).deliver(1, first), /was changed/u);
    store.files.delete(file);
    await assert.rejects(new Bed({ store }).deliver(1, first), /cannot be read: no file/u);
  });
});
