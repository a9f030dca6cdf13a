import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostEndpoint } from '../../../src/hostClient/hostClient.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../../../src/protocol/host/version.ts';
import { beginThenHold, text } from '../../support/messagesApi/replies.ts';
import { killHost, useHostBed } from '../support/hostBed.ts';
import { RawClient } from '../support/rawClient.ts';
import { RunFollower, startFollowed } from '../support/runFollower.ts';
import { manyAgents } from '../support/workflowScript.ts';

const notAuthenticated = -32_001;
const wrongVersion = -32_002;
const refused = -32_003;
const methodNotFound = -32_601;

describe('the socket of the host', () => {
  const test = useHostBed();
  const clients: RawClient[] = [];

  afterEach(() => {
    for (const client of clients.splice(0)) client.dispose();
  });

  async function open(endpoint: HostEndpoint): Promise<RawClient> {
    const client = await RawClient.open(endpoint.socket);
    clients.push(client);
    return client;
  }

  const hello = ({ token }: HostEndpoint) => ({
    token,
    protocolVersion: PROTOCOL_VERSION,
    extensionVersion: PRODUCT_VERSION,
  });

  it('refuses and closes on a wrong token, a wrong version, anything but hello first', async () => {
    const endpoint = await test.bed.fork();
    const right = hello(endpoint);
    const cases: readonly (readonly [string, unknown, number])[] = [
      ['hello', { ...right, token: 'guess' }, notAuthenticated],
      ['hello', { ...right, token: '' }, notAuthenticated],
      ['hello', { ...right, protocolVersion: PROTOCOL_VERSION + 1 }, wrongVersion],
      ['hello', { ...right, token: 7 }, refused],
      ['hello', [], refused],
      ['runs.list', {}, notAuthenticated],
      ['shutdown', {}, notAuthenticated],
    ];
    for (const [method, params, code] of cases) {
      const client = await open(endpoint);
      const error = await client.refusalOf(method, params);
      assert.equal(error.code, code, `${method} ${JSON.stringify(params)}: ${error.message}`);
      await client.closed;
    }
    const good = await open(endpoint);
    const answer = await good.request('hello', right);
    const { pid } = await test.bed.readLock();
    assert.deepEqual(answer, {
      protocolVersion: PROTOCOL_VERSION,
      hostVersion: PRODUCT_VERSION,
      pid,
    });
  });

  it('answers wrong parameters and unknown methods with an error and lives on', async () => {
    const endpoint = await test.bed.fork();
    const client = await open(endpoint);
    await client.request('hello', hello(endpoint));
    const cases: readonly (readonly [string, unknown, number, RegExp])[] = [
      ['run.start', {}, refused, /wrong shape/u],
      ['run.start', { script: 1 }, refused, /wrong shape/u],
      ['run.subscribe', { runId: '../../etc' }, refused, /is not a run id/u],
      ['run.subscribe', { runId: 'nowhere' }, refused, /No run nowhere/u],
      ['run.report', { runId: 'nowhere' }, refused, /No run nowhere/u],
      ['proposals.get', { runId: 'nowhere' }, refused, /No run nowhere/u],
      ['run.control', { runId: 'x', control: { action: 'fly' } }, refused, /wrong shape/u],
      ['run.control', { runId: 'x', control: { action: 'pause' } }, refused, /is not running/u],
      ['__proto__', {}, methodNotFound, /no method __proto__/u],
      ['toString', {}, methodNotFound, /no method toString/u],
    ];
    for (const [method, params, code, message] of cases) {
      const error = await client.refusalOf(method, params);
      assert.equal(error.code, code, `${method}: ${error.message}`);
      assert.match(error.message, message);
    }
    assert.deepEqual(await client.request('runs.list', {}), { runs: [] });
  });

  it('lives on when a client sends what is no JSON-RPC', async () => {
    const endpoint = await test.bed.fork();
    const vandal = await open(endpoint);
    vandal.write('Content-Length: 5\r\n\r\n{{{{{');
    vandal.write('GET / HTTP/1.1\r\n\r\n');
    const client = await test.bed.connect(endpoint);
    assert.deepEqual(await client.request('runs.list', {}), { runs: [] });
  });

  it('lets in only its own user', async () => {
    const { socket } = await test.bed.fork();
    const state = await test.bed.stateDirectory();
    assert.equal((await stat(socket)).mode & 0o777, 0o600);
    assert.equal((await stat(state)).mode & 0o777, 0o700);
    const lock = path.join(state, 'host.lock.json');
    assert.equal((await stat(lock)).mode & 0o777, 0o600);
  });

  it('is the one host of its workspace: a second start finds the first', async () => {
    const [first, second] = [await test.bed.fork(), await test.bed.fork()];
    assert.deepEqual(second, first);
    const clients = [await test.bed.connect(first), await test.bed.connect(second)];
    assert.equal(clients[0]?.pid, clients[1]?.pid);
  });

  it('is the one host also when several start at the same time', async () => {
    const endpoints = await Promise.all([1, 2, 3].map(() => test.bed.fork()));
    const tokens = new Set(endpoints.map(({ token }) => token));
    assert.equal(tokens.size, 1);
    const client = await test.bed.connect(endpoints[0] ?? assert.fail());
    assert.equal(client.pid, (await test.bed.readLock()).pid);
  });

  it('replaces the lock of a host that is gone, and one that is torn', async () => {
    const first = await test.bed.fork();
    const client = await test.bed.connect(first);
    const gone = new Promise<void>((resolve) => client.onClosed(resolve));
    killHost(client.pid);
    await gone;
    const second = await test.bed.fork();
    assert.notEqual(second.token, first.token);
    const again = await test.bed.connect(second);
    assert.notEqual(again.pid, client.pid);
    const goneAgain = new Promise<void>((resolve) => again.onClosed(resolve));
    killHost(again.pid);
    await goneAgain;
    const lock = path.join(await test.bed.stateDirectory(), 'host.lock.json');
    await writeFile(lock, '{"pid": 12');
    const third = await test.bed.connect(await test.bed.fork());
    assert.deepEqual(await third.request('runs.list', {}), { runs: [] });
  });

  it('shows a run to several clients, and goes on when one of them leaves and comes back', async () => {
    const gate = Promise.withResolvers<undefined>();
    const { client, api } = await test.bed.start(() => beginThenHold(gate.promise, text('fine')));
    const endpoint = await test.bed.fork();
    const other = await test.bed.connect(endpoint);
    const first = await startFollowed(client, manyAgents(5), { concurrency: 5 });
    const second = await RunFollower.follow(other, first.runId);
    await api.waitFor((seen) => seen.inFlight() === 5, 10_000, 'five requests');
    client.dispose();
    gate.resolve(undefined);
    const ended = await second.waitForEnd();
    assert.equal(ended.state, 'completed');
    const back = await test.bed.connect(endpoint);
    const { view } = await back.request('run.subscribe', { runId: first.runId });
    assert.deepEqual(ended, view);
  });
});
