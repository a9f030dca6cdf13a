import assert from 'node:assert/strict';
import { backgroundHost } from '../../src/hostClient/backgroundHost.ts';
import { HostConnection } from '../../src/hostClient/hostConnection.ts';
import { MAX_FRAME_BYTES } from '../../src/hostClient/rpcLimits.ts';
import type { HostMethod } from '../../src/protocol/host/hostRpc.ts';
import { answer, notification, ScriptedHost, type Asked } from './support/scriptedHost.ts';

const lastTexts = 50;
const limits = { maxAgents: 1, concurrency: 1, maxTokens: null, maxUsd: null, maxMinutes: 1 };
const draft = { planId: 'p1', request: 'anything', limits };

describe('the connection to a host', () => {
  let host: ScriptedHost;
  let connection: HostConnection;
  let warnings: string[];

  afterEach(async () => {
    connection.dispose();
    await host.dispose();
  });

  /** All answers but those of `shortLimits` may take a minute. */
  async function connect(
    onRequest: (asked: Asked) => void,
    shortLimits: Partial<Record<HostMethod, number>> = {},
  ): Promise<void> {
    warnings = [];
    const log = {
      warn: (message: string) => warnings.push(message),
      error: (message: string) => warnings.push(message),
    };
    host = await ScriptedHost.start(onRequest);
    const answerMs = (method: HostMethod): number => shortLimits[method] ?? 60_000;
    const peer = { ...backgroundHost(log), answerMs };
    connection = await HostConnection.open(host.endpoint, peer);
  }

  const closed = (): Promise<void> =>
    new Promise<void>((resolve) => connection.onClosed(() => resolve()));

  it('hears the last words of a host that ends in the same moment, and its answer too', async () => {
    await connect(({ socket, id }) => {
      const texts = Array.from({ length: lastTexts }, (_, index) =>
        notification('plan.text', { planId: 'p1', text: String(index) }),
      );
      socket.end([...texts, answer(id, {})].join(''));
    });
    const heard: string[] = [];
    connection.onNotification('plan.text', ({ text }) => heard.push(text));
    const end = closed();
    await connection.request('plan.cancel', { planId: 'p1' });
    await end;
    assert.deepEqual(
      heard,
      Array.from({ length: lastTexts }, (_, index) => String(index)),
    );
    await assert.rejects(connection.request('runs.list', {}), { code: 'host_died' });
  });

  it('passes on a refusal that is the last thing a host says', async () => {
    await connect(({ socket, id }) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id, error: { code: 1, message: 'Too late.' } });
      socket.end(`Content-Length: ${body.length}\r\n\r\n${body}`);
    });
    await assert.rejects(connection.request('runs.list', {}), { message: 'Too late.' });
  });

  it('closes with a reason when a message is announced that is too large', async () => {
    await connect(({ socket }) => socket.write(`Content-Length: ${MAX_FRAME_BYTES + 1}\r\n\r\n`));
    const end = closed();
    const pending = connection.request('plan.draft', draft);
    await assert.rejects(pending, {
      code: 'host_died',
      message:
        'The background host did not answer "plan.draft": it sent a message that is too large, or none at all. Try again to start or find one.',
    });
    await end;
    assert.equal(connection.isConnected, false);
  });

  it('settles all that waits when a host is silent for as long as one answer may take', async () => {
    await connect(() => undefined, { 'runs.list': 50 });
    const end = closed();
    const asked = [
      connection.request('plan.draft', draft),
      connection.request('runs.list', {}),
    ] as const;
    const settled = await Promise.allSettled(asked);
    await end;
    const reason = 'it was silent for 0.05 seconds. Try again to start or find one.';
    assert.deepEqual(
      settled.map((one) => one.status === 'rejected' && String(one.reason)),
      [
        `HostGoneError: The background host did not answer "plan.draft": ${reason}`,
        `HostGoneError: The background host did not answer "runs.list": ${reason}`,
      ],
    );
  });

  it('gives up only what is late while a host still speaks', async () => {
    const waiting: Asked[] = [];
    await connect(
      (asked) => {
        if (asked.method === 'runs.list') {
          asked.socket.write(notification('plan.text', { planId: 'p1', text: 'busy' }));
        } else waiting.push(asked);
        if (waiting.length < 2) return;
        for (const { socket, id, method } of waiting) {
          socket.write(answer(id, method === 'run.script' ? { script: 'here' } : {}));
        }
      },
      { 'runs.list': 50 },
    );
    const script = connection.request('run.script', { runId: 'r' });
    await assert.rejects(connection.request('runs.list', {}), { code: 'host_late' });
    await connection.request('plan.cancel', { planId: 'p1' });
    assert.deepEqual(await script, { script: 'here' });
    assert.equal(connection.isConnected, true);
  });

  it('says what arrived in an unknown shape, and goes on', async () => {
    await connect(({ socket, id }) => {
      socket.write(notification('plan.text', { planId: 7 }));
      socket.write(answer(id, {}));
    });
    connection.onNotification('plan.text', () => assert.fail('It has the wrong shape.'));
    await connection.request('plan.cancel', { planId: 'p1' });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^Notification plan\.text has an unknown shape/u);
  });

  it('is not told of its own end', async () => {
    await connect(() => undefined);
    connection.onClosed(() => assert.fail('Nobody is told.'));
    const pending = connection.request('plan.draft', draft);
    connection.dispose();
    await assert.rejects(pending, { code: 'host_died' });
  });
});

describe('a connection that cannot be made', () => {
  it('says so in the words of whoever asks', async () => {
    const log = { warn: () => undefined, error: () => undefined };
    const endpoint = { socket: '/nowhere/at/all', token: 'token' };
    await assert.rejects(HostConnection.open(endpoint, backgroundHost(log)), {
      message: /^Cannot connect to the background host: connect ENOENT .*\.$/u,
    });
  });
});
