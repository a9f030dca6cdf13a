import assert from 'node:assert/strict';
import { RunRegistry } from '../../../src/extension/runs/runRegistry.ts';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { sampleRun } from '../support/samples.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';

describe('the runs that a window knows', () => {
  let listed: RunSummary[] = [];
  let registry: RunRegistry;
  let host: ScriptedHost;
  let shown: (string | null)[] = [];

  beforeEach(async () => {
    host = new ScriptedHost({ 'runs.list': () => ({ runs: listed }) });
    registry = new RunRegistry(host);
    listed = ['r1', 'r2', 'r3'].map((runId, index) => runAt(runId, index));
    await registry.refresh();
    shown = [];
    registry.onDidChangeShown(() => shown.push(registry.shown?.runId ?? null));
  });

  const known = () => registry.all().map(({ runId }) => runId);

  it('go to the newest when the one that is shown was dropped', () => {
    registry.show('r1');
    registry.forget(['r1', 'unknown']);
    assert.deepEqual(
      [known(), shown],
      [
        ['r3', 'r2'],
        ['r1', 'r3'],
      ],
    );
  });

  it('show nothing when all were dropped, and the same when another one was', () => {
    registry.forget(['r2']);
    assert.deepEqual(shown, []);
    registry.forget(['r1', 'r3']);
    assert.deepEqual([known(), shown], [[], [null]]);
  });

  it('lose what the host does not list any more, and nothing that began meanwhile', async () => {
    listed = listed.slice(1);
    const refreshed = registry.refresh();
    host.notify('runs.changed', { run: runAt('r4', 9) });
    await refreshed;
    assert.deepEqual(known(), ['r4', 'r3', 'r2']);
  });
});

function runAt(runId: string, startedAt: number): RunSummary {
  return sampleRun({ runId, startedAt, state: 'completed' });
}
