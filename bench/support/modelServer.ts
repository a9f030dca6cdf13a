// The model server of the benches, in a process of its own so that its work is counted for nobody.
// Arguments: the mode and the delay of each answer in milliseconds. It is spoken to over Node's IPC.
import { setTimeout as delay } from 'node:timers/promises';
import { beginThenHold, text } from '../../test/support/messagesApi/replies.ts';
import { startMessagesApi } from '../../test/support/messagesApi/startMessagesApi.ts';
import type { MessagesApi, Respond } from '../../test/support/messagesApi/startMessagesApi.ts';
import type { RecordedRequest } from '../../test/support/messagesApi/recordedRequest.ts';
import { answerReadAndEdit } from './answerReadAndEdit.ts';
import { ServerCommand, type ServerMode, type ServerStats } from './serverProtocol.ts';

const waitMs = 60_000;
const heldAnswerMs = 10;

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});

async function main(): Promise<void> {
  const [mode, delayMs] = process.argv.slice(2);
  const released = Promise.withResolvers<undefined>();
  const api = await startMessagesApi({
    respond: respondIn(readMode(mode), released.promise),
    delayMs: Number(delayMs),
    bodies: 'drop',
  });
  let markedAt = 0;
  const carryOut = async (command: ServerCommand): Promise<unknown> => {
    switch (command.type) {
      case 'waitOpen':
        await api.waitFor((seen) => seen.inFlight() === command.count, waitMs, 'open requests');
        return Date.now();
      case 'waitRequests':
        await api.waitFor((seen) => seen.requests.length >= command.count, waitMs, 'requests');
        return Date.now();
      case 'mark':
        markedAt = performance.now();
        return null;
      case 'release':
        released.resolve(undefined);
        return null;
      case 'stats':
        return statsOf(api, markedAt);
    }
  };
  process.on('message', (message) => {
    const command = ServerCommand.parse(message);
    carryOut(command).then(
      (value) => process.send?.({ id: command.id, value, error: null }),
      (error: unknown) => process.send?.({ id: command.id, value: null, error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ baseUrl: api.baseUrl });
}

function readMode(mode: string | undefined): ServerMode {
  if (mode === 'text' || mode === 'readAndEdit' || mode === 'hold') return mode;
  throw new Error(`There is no mode ${String(mode)}.`);
}

function respondIn(mode: ServerMode, released: Promise<undefined>): Respond {
  switch (mode) {
    case 'text':
      return () => text('done');
    case 'hold':
      // The governor sends few requests before the provider's first sign of life.
      return () =>
        beginThenHold(
          released.then(() => delay(heldAnswerMs)),
          text('done'),
        );
    case 'readAndEdit':
      return answerReadAndEdit;
  }
}

function statsOf(api: MessagesApi, markedAt: number): ServerStats {
  const late = api.requests.filter((request) => request.startedAt > markedAt);
  return {
    requests: api.requests.length,
    closedByClient: api.requests.filter((request) => request.closedByClient).length,
    startedSinceMark: late.length,
    startedSinceMarkBesideOthers: late.filter((request) => openBeside(api, request) > 0).length,
    maxInFlight: api.maxInFlight(),
  };
}

function openBeside(api: MessagesApi, request: RecordedRequest): number {
  const { startedAt } = request;
  return api.requests.filter(
    (other) =>
      other !== request &&
      other.startedAt <= startedAt &&
      (other.endedAt === undefined || other.endedAt > startedAt),
  ).length;
}
