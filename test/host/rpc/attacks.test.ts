import assert from 'node:assert/strict';
import path from 'node:path';
import { createHostServices, type HostServices } from '../../../src/host/hostServices.ts';
import { ReviewService } from '../../../src/host/review/reviewService.ts';
import { HostServer } from '../../../src/host/rpc/hostServer.ts';
import {
  HELLO_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  MAX_FRAME_HEADER_BYTES,
  MAX_STRANGER_FRAME_BYTES,
} from '../../../src/hostClient/rpcLimits.ts';
import { RunService } from '../../../src/host/runs/runService.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../../../src/protocol/host/version.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { useHostBed } from '../support/hostBed.ts';
import { RawClient } from '../support/rawClient.ts';

const distDirectory = path.resolve(import.meta.dirname, '../../../dist');
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const minuteMs = 60_000;
const methodNotFound = -32_601;
const token = 'the right token';
const hello = {
  token,
  protocolVersion: PROTOCOL_VERSION,
  extensionVersion: PRODUCT_VERSION,
};

describe('a socket under attack', () => {
  const test = useHostBed();
  const clients: RawClient[] = [];
  let services: HostServices;
  let server: HostServer;
  let clock: FakeClock;
  let ends = 0;
  const socketPath = () => path.join(test.bed.root, 'attacked.sock');

  async function serve(serves: 'everything' | 'control'): Promise<void> {
    const { workspace, stateRoot: stateDirectory } = test.bed;
    clock = new FakeClock();
    ends = 0;
    const log = silent;
    const real = await createHostServices({ workspace, stateDirectory, distDirectory, log });
    services = { ...real, clock };
    const runs = new RunService(services, () => Promise.resolve(null));
    const reviews = new ReviewService(services, runs, 'editor');
    const socket = { socketPath: socketPath(), token, serves };
    server = new HostServer({ ...socket, services, runs, reviews, onIdle: () => (ends += 1) });
    await server.listen();
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose();
    server.dispose();
    await services.dispose();
  });

  async function open(): Promise<RawClient> {
    const client = await RawClient.open(socketPath());
    clients.push(client);
    return client;
  }

  async function letIn(): Promise<RawClient> {
    const client = await open();
    await client.request('hello', hello);
    return client;
  }

  it('closes who says nothing in time, and is not kept awake by it', async () => {
    await serve('everything');
    const mute = await open();
    const known = await letIn();
    await clock.advance(HELLO_TIMEOUT_MS);
    await mute.closed;
    assert.deepEqual(await known.request('runs.list', {}), { runs: [] });
    known.dispose();
    await known.closed;
  });

  it('ends for want of a user though strangers stay connected', async () => {
    await serve('everything');
    await clock.advance(minuteMs - 1);
    await open();
    await clock.advance(1);
    assert.equal(ends, 1);
  });

  const strangers: readonly (readonly [string, string])[] = [
    [
      'a message that is too large for hello',
      `Content-Length: ${MAX_STRANGER_FRAME_BYTES + 1}\r\n\r\n`,
    ],
    ['a length beyond all numbers', `Content-Length: ${'9'.repeat(30)}\r\n\r\n`],
    ['a header without an end', 'x'.repeat(MAX_FRAME_HEADER_BYTES + 1)],
    ['a header without a length', 'GET / HTTP/1.1\r\nHost: muster\r\n\r\n'],
    ['two lengths', `Content-Length: 2\r\nContent-Length: ${MAX_FRAME_BYTES * 2}\r\n\r\n`],
    ['a negative length', 'Content-Length: -5\r\n\r\n'],
  ];
  for (const [name, bytes] of strangers) {
    it(`closes on ${name}`, async () => {
      await serve('everything');
      const client = await open();
      client.write(bytes);
      await client.closed;
      const known = await letIn();
      assert.deepEqual(await known.request('runs.list', {}), { runs: [] });
    });
  }

  it('closes on a wrong token, at once', async () => {
    await serve('control');
    const client = await open();
    await client.refusalOf('hello', { ...hello, token: 'the wrong token' });
    await client.closed;
  });

  it('reads large messages of those it knows, and none beyond the limit', async () => {
    await serve('everything');
    const client = await letIn();
    const script = ' '.repeat(MAX_STRANGER_FRAME_BYTES * 4);
    await client.request('script.check', { script, fileName: 'a.js' });
    client.write(`Content-Length: ${MAX_FRAME_BYTES + 1}\r\n\r\n`);
    await client.closed;
  });

  it('of a command line does nothing but let others watch and steer its own runs', async () => {
    await serve('control');
    const client = await letIn();
    assert.deepEqual(await client.request('runs.list', {}), { runs: [] });
    const others = [
      'run.start',
      'run.resume',
      'provider.configure',
      'retention.configure',
      'plan.draft',
      'proposals.accept',
    ];
    for (const method of [...others, 'proposals.applied', 'run.script', 'agent.transcript']) {
      assert.equal((await client.refusalOf(method, {})).code, methodNotFound, method);
    }
    const control = { runId: 'nowhere', control: { action: 'cancel' } };
    assert.match((await client.refusalOf('run.control', control)).message, /is not running/u);
  });
});
