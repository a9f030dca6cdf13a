import assert from 'node:assert/strict';
import path from 'node:path';
import { errorText } from '../../../src/base/errorText.ts';
import { hostErrorCode } from '../../../src/hostClient/hostErrorCode.ts';
import {
  BackgroundRetention,
  RETENTION_DELAY_MS,
} from '../../../src/host/retention/backgroundRetention.ts';
import { LockError } from '../../../src/host/adapters/locks/processLock.ts';
import {
  RetentionService,
  type PruneOptions,
  type PruneReport,
} from '../../../src/host/retention/retentionService.ts';
import { HostServer } from '../../../src/host/rpc/hostServer.ts';
import type { RunEvent } from '../../../src/protocol/events/runEvents.ts';
import { FakeClock, settled } from '../../support/fakeClock.ts';
import { useHostBed } from '../support/hostBed.ts';
import { PlainRuns } from '../support/plainRuns.ts';

const nothing: PruneReport = {
  dropped: [],
  refused: [],
  unreadable: [],
  failed: [],
  left: { runs: 0, bytes: 0 },
  objects: 'nothing',
};
const needs = { isActive: false, isUnderReview: false, isWaiting: false };
const limits = { maxRuns: 3, maxBytes: 1000 };

describe('Dropping old runs in the background', () => {
  let clock: FakeClock;
  const asked: PruneOptions[] = [];
  const logged: string[] = [];
  let answer: () => Promise<PruneReport> = () => Promise.resolve(nothing);
  let tell: (type: RunEvent['type']) => void = () => undefined;
  let background: BackgroundRetention;

  beforeEach(() => {
    clock = new FakeClock();
    asked.length = 0;
    logged.length = 0;
    answer = () => Promise.resolve(nothing);
    const note =
      (level: string) =>
      (...[, message, fields]: readonly unknown[]) =>
        logged.push(`${level} ${String(message)} ${JSON.stringify(fields)}`);
    background = new BackgroundRetention({
      clock,
      log: { info: note('info'), warn: note('warn'), error: note('error') },
      prune: (options) => {
        asked.push(options);
        return answer();
      },
      runs: {
        listen: (listener) => {
          // A parse boundary of this test: only the type is looked at.
          tell = (type) => listener({ type } as RunEvent);
          return { dispose: () => (tell = () => undefined) };
        },
      },
    });
  });
  afterEach(() => background.dispose());

  it('drops nothing before anybody said how much to keep', async () => {
    tell('run.ended');
    await clock.advance(10 * RETENTION_DELAY_MS);
    assert.equal(asked.length, 0);
  });

  it('waits until there is quiet, and then does it once', async () => {
    background.configure({ maxRuns: 9, maxBytes: 9 });
    await clock.advance(RETENTION_DELAY_MS - 1);
    background.configure(limits);
    tell('run.ended');
    await clock.advance(RETENTION_DELAY_MS - 1);
    assert.equal(asked.length, 0);
    await clock.advance(1);
    assert.deepEqual(
      asked.map((options) => options.limits),
      [limits],
    );
  });

  it('does it again after a run has ended, and after nothing else', async () => {
    background.configure(limits);
    await clock.advance(RETENTION_DELAY_MS);
    tell('run.started');
    tell('agent.ended');
    await clock.advance(RETENTION_DELAY_MS);
    assert.equal(asked.length, 1);
    tell('run.ended');
    await clock.advance(RETENTION_DELAY_MS);
    assert.equal(asked.length, 2);
  });

  it('never does two at once', async () => {
    const { promise, resolve } = Promise.withResolvers<PruneReport>();
    answer = () => promise;
    background.configure(limits);
    await clock.advance(RETENTION_DELAY_MS);
    tell('run.ended');
    await clock.advance(RETENTION_DELAY_MS);
    assert.equal(asked.length, 1);
    resolve(nothing);
    await settled();
    assert.equal(asked.length, 2);
  });

  it('tells which runs were dropped', async () => {
    const told: string[] = [];
    background.onDropped((runIds) => told.push(...runIds));
    const run = { ...needs, runId: 'old', startedAt: 1, endedAt: 2, bytes: 3 };
    answer = () => Promise.resolve({ ...nothing, dropped: [run] });
    background.configure(limits);
    await clock.advance(RETENTION_DELAY_MS);
    assert.deepEqual(told, ['old']);
  });

  it('logs what went wrong, and goes on the next time', async () => {
    answer = () => Promise.reject(new Error('no disk'));
    background.configure(limits);
    await clock.advance(RETENTION_DELAY_MS);
    answer = () => Promise.reject(new LockError('locked', 'another one'));
    tell('run.ended');
    await clock.advance(RETENTION_DELAY_MS);
    assert.deepEqual(logged, [
      'error not done {"error":"no disk"}',
      'info not done {"error":"another one"}',
    ]);
  });

  it('is stopped when it takes too long, or when the host ends', async () => {
    const ends: string[] = [];
    answer = () =>
      new Promise((_resolve, reject) => {
        const signal = asked.at(-1)?.signal ?? assert.fail('nothing was asked');
        signal.addEventListener('abort', () => {
          ends.push(errorText(signal.reason));
          reject(new Error('stopped'));
        });
      });
    background.configure(limits);
    await clock.advance(RETENTION_DELAY_MS);
    await clock.advance(10 * 60_000);
    tell('run.ended');
    await clock.advance(RETENTION_DELAY_MS);
    await background.dispose();
    assert.deepEqual(ends, ['It took too long.', 'The host ends.']);
    background.configure(limits);
    await clock.advance(RETENTION_DELAY_MS);
    assert.equal(asked.length, 2);
  });
});

describe('Dropping old runs in a host', function () {
  this.timeout(60_000);
  const test = useHostBed();

  it('keeps as many as a window says, and tells every window what went', async () => {
    const plain = await PlainRuns.open(test.bed.workspace, test.bed.stateRoot);
    const clock = new FakeClock();
    const services = { ...plain.services, clock };
    const { runs, reviews } = plain.controlled;
    const service = new RetentionService(services, runs, reviews);
    const prune: RetentionService['prune'] = (options) => service.prune(options);
    const retention = new BackgroundRetention({ prune, runs, clock, log: services.log });
    const endpoint = { socket: path.join(test.bed.root, 'keep.sock'), token: 'token' };
    const server = new HostServer({
      services,
      runs,
      reviews,
      retention,
      serves: 'everything',
      socketPath: endpoint.socket,
      token: endpoint.token,
      onIdle: () => undefined,
    });
    try {
      await server.listen();
      const [old, kept] = [await plain.run(), await plain.run()];
      const windows = [await test.bed.connect(endpoint), await test.bed.connect(endpoint)];
      const told = windows.map((window) => {
        const { promise, resolve } = Promise.withResolvers<readonly string[]>();
        window.onNotification('runs.dropped', ({ runIds }) => resolve(runIds));
        return promise;
      });
      const [first] = windows;
      await first?.request('retention.configure', { maxRuns: 1, maxBytes: 1_000_000 });
      await clock.advance(RETENTION_DELAY_MS);
      assert.deepEqual(await Promise.all(told), [[old], [old]]);
      const listed = (await first?.request('runs.list', {}))?.runs.map(({ runId }) => runId);
      assert.deepEqual(listed, [kept]);
      const asked = windows[1]?.request('run.subscribe', { runId: old }) ?? assert.fail();
      const refusal: unknown = await asked.catch((error: unknown) => error);
      assert.match(errorText(refusal), /No run .*Old runs are deleted/u);
      assert.equal(hostErrorCode(refusal), 'not_found');
    } finally {
      await retention.dispose();
      server.dispose();
      await plain.dispose();
    }
  });
});
