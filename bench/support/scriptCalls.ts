// Measures calls between a script in the sandbox and a host that answers at once. Bundled before it
// runs; its one argument is the folder of the built bundles.
import type { ScriptHost } from '../../src/core/ports/scriptRunner.ts';
import { createPiscinaScriptRunner } from '../../src/host/adapters/script/piscinaScriptRunner.ts';

const calls = 1000;
const state = { outputTokens: 0, usd: 0, newChangedPaths: [] };
const host: ScriptHost = {
  onMessage: (message, send) => {
    if (message.type !== 'call') return;
    send({ type: 'settle', callId: message.callId, json: '"done"', state });
  },
  onSync: () => Promise.resolve({ type: 'value', json: '"text"' }),
};

const concurrent = `await parallel(Array.from({ length: ${calls} }, (_x, i) => () => agent('task ' + i)));`;
const inTurn = `for (let i = 0; i < ${calls}; i += 1) await agent('task ' + i);`;
const sync = `for (let i = 0; i < ${calls}; i += 1) read('a.js');`;

async function main(): Promise<void> {
  const runner = createPiscinaScriptRunner({ distDirectory: process.argv[2] ?? '' });
  const timeOf = async (body: string): Promise<number> => {
    const startedMs = performance.now();
    const outcome = await runner.run({
      script: `export const meta = { name: 'calls', description: 'calls' };\n${body}\n`,
      fileName: 'workflow.js',
      argsJson: null,
      budget: { outputTokens: null, usd: null },
      host,
      signal: new AbortController().signal,
    });
    if (outcome.type !== 'returned') throw new Error(outcome.error.message);
    return performance.now() - startedMs;
  };
  try {
    await timeOf('');
    // What a script costs without a call is taken off.
    const emptyMs = Math.min(await timeOf(''), await timeOf(''), await timeOf(''));
    const perCallUs = async (body: string) => {
      const wholeMs = Math.min(await timeOf(body), await timeOf(body), await timeOf(body));
      return ((wholeMs - emptyMs) * 1000) / calls;
    };
    const concurrentUs = await perCallUs(concurrent);
    const inTurnUs = await perCallUs(inTurn);
    const syncUs = await perCallUs(sync);
    process.stdout.write(JSON.stringify({ concurrentUs, inTurnUs, syncUs }));
  } finally {
    await runner.dispose();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
