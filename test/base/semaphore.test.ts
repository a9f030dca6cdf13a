import assert from 'node:assert/strict';
import { Semaphore } from '../../src/base/semaphore.ts';

const signal = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Semaphore', () => {
  it('serves waiters in their order', async () => {
    const semaphore = new Semaphore(1);
    const order: number[] = [];
    const first = await semaphore.acquire(signal);
    const waiting = [1, 2, 3].map(async (index) => {
      const release = await semaphore.acquire(signal);
      order.push(index);
      release();
    });
    assert.deepEqual([semaphore.held, semaphore.waiting], [1, 3]);
    first();
    await Promise.all(waiting);
    assert.deepEqual([order, semaphore.held], [[1, 2, 3], 0]);
  });

  it('lets one who comes back in before those who have not had a place', async () => {
    const semaphore = new Semaphore(1);
    const order: string[] = [];
    const first = await semaphore.acquire(signal);
    const enter = async (name: string, acquired: Promise<() => void>): Promise<void> => {
      const release = await acquired;
      order.push(name);
      release();
    };
    const waiting = [
      enter('new', semaphore.acquire(signal)),
      enter('back', semaphore.acquireAgain(signal)),
    ];
    assert.equal(semaphore.waiting, 2);
    first();
    await Promise.all(waiting);
    assert.deepEqual(order, ['back', 'new']);
  });

  it('counts a release once', async () => {
    const semaphore = new Semaphore(2);
    const release = await semaphore.acquire(signal);
    await semaphore.acquire(signal);
    release();
    release();
    assert.equal(semaphore.held, 1);
  });

  it('lets go of a waiter that was aborted, with the reason', async () => {
    const semaphore = new Semaphore(0);
    const stop = new AbortController();
    const waiting = semaphore.acquire(stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(waiting, { message: 'enough' });
    assert.equal(semaphore.waiting, 0);
    await assert.rejects(semaphore.acquire(stop.signal), { message: 'enough' });
  });

  it('takes nothing away when it gets smaller, and lets in as many as fit when larger', async () => {
    const semaphore = new Semaphore(3);
    const releases = await Promise.all([1, 2, 3].map(() => semaphore.acquire(signal)));
    let late = 0;
    for (let index = 0; index < 3; index += 1)
      void semaphore.acquire(signal).then(() => (late += 1));
    semaphore.resize(1);
    assert.equal(semaphore.held, 3);
    releases[0]?.();
    releases[1]?.();
    await turn();
    assert.deepEqual([semaphore.held, late], [1, 0]);
    semaphore.resize(3);
    await turn();
    assert.deepEqual([semaphore.held, late, semaphore.limit], [3, 2, 3]);
  });

  it('lets nobody pass those who wait', async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire(signal);
    const order: string[] = [];
    const enter = async (name: string): Promise<void> => {
      const leave = await semaphore.acquire(signal);
      order.push(name);
      leave();
    };
    const waiting = enter('early');
    release();
    await enter('late');
    await waiting;
    assert.deepEqual(order, ['early', 'late']);
  });
});
