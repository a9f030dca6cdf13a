// The server as a process of its own, so that a benchmark does not share its loop and its memory.
// It prints {"baseUrl": …} as its first line. The line `stats` on stdin makes it print what it
// counted, `reset` begins a new count of the most open requests, and the end of stdin ends it.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { text } from './replies.ts';
import { startMessagesApi } from './startMessagesApi.ts';
import type { MessagesApi, Respond } from './startMessagesApi.ts';

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'delay-ms': { type: 'string', default: '0' },
      reply: { type: 'string', default: 'done' },
      /** A module that exports `respond`; it replaces --reply. */
      script: { type: 'string' },
    },
  });

  const api = await startMessagesApi({
    respond: await loadRespond(values.script, values.reply),
    delayMs: Number(values['delay-ms']),
    bodies: 'drop',
  });
  print({ baseUrl: api.baseUrl });

  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'stats') print(statsOf(api));
    if (line === 'reset') api.resetMaxInFlight();
  }
  await api.dispose();
}

async function loadRespond(script: string | undefined, reply: string): Promise<Respond> {
  if (script === undefined) return () => text(reply);
  // A parse boundary: the module is the benchmark's own, and its type cannot be checked here.
  const loaded = (await import(pathToFileURL(script).href)) as { readonly respond?: Respond };
  if (loaded.respond === undefined) {
    throw new Error(`Cannot use ${script} as the script: it exports no function "respond".`);
  }
  return loaded.respond;
}

function statsOf(server: MessagesApi): Record<string, unknown> {
  const { user, system } = process.cpuUsage();
  return {
    requests: server.requests.length,
    inFlight: server.inFlight(),
    maxInFlight: server.maxInFlight(),
    statusCounts: server.statusCounts(),
    closedByClient: server.requests.filter((request) => request.closedByClient).length,
    unscripted: server.unscripted.length,
    cpuMs: Math.round((user + system) / 1000),
    rssBytes: process.memoryUsage.rss(),
  };
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
