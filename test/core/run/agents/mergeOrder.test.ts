import assert from 'node:assert/strict';
import { settled } from '../../../support/fakeClock.ts';
import { ModelByPrompt } from '../../../support/fakeModels.ts';
import type { ScriptApi } from '../../../support/functionScript.ts';
import { RunBench } from '../../../support/runBench.ts';
import { callTool, fail, say } from '../../../support/scriptedModel.ts';
import { rebuildTree } from '../../../../src/host/review/rebuildTree.ts';

const editOf = (from: string, to: string) =>
  callTool('edit_file', { path: 'a.ts', old_text: from, new_text: to });
const edit = (to: string) => editOf('two', to);

describe('The order of merges', () => {
  it('is the order of the journal, so that a rebuilt tree is the same', async () => {
    const model = new ModelByPrompt({
      first: [edit('FIRST'), say('x'.repeat(20_000))],
      second: [edit('SECOND'), say('2')],
    });
    const bench = new RunBench({
      model,
      script: async (api) => Promise.all([api.agent('first'), api.agent('second')]),
    });
    const { blobs } = bench.store;
    const put = blobs.put;
    // A large answer goes to the disk, which takes its time.
    blobs.put = async (bytes) => {
      if (bytes.length > 10_000) await settled(200);
      return put(bytes);
    };
    await bench.run();
    const sources = { snapshots: bench.snapshots, blobs };
    const rebuilt = await rebuildTree(bench.store.events, sources);
    const order = bench
      .ofType('agent.ended')
      .map(({ agentId, conflictPaths }) => [agentId, conflictPaths.length]);
    assert.equal(rebuilt.treeHash(), bench.engine.tree.treeHash(), JSON.stringify(order));
  });
});

describe('An agent whose edits do not fit', () => {
  const bothAtOnce = async (api: ScriptApi) =>
    Promise.all([api.agent('first'), api.agent('second')]);

  it('does its work once more on the new state, and fits', async () => {
    const model = new ModelByPrompt({
      first: [edit('FIRST'), say('1')],
      second: [edit('SECOND'), say('2'), editOf('FIRST', 'FIRST and SECOND'), say('2 again')],
    });
    const bench = new RunBench({ model, script: bothAtOnce });
    const ended = await bench.run();
    model.assertDone();
    assert.deepEqual(ended.result, { type: 'inline', json: '["1","2 again"]' });
    assert.equal(ended.proposals.conflicts, 0);
    const [first, second] = bench.ofType('agent.ended');
    const starts = bench.ofType('agent.started').filter(({ agentId }) => agentId === 2);
    assert.deepEqual(
      starts.map(({ attempt, baseTree }) => [attempt, baseTree === first?.treeHash]),
      [
        [1, false],
        [2, true],
      ],
    );
    assert.deepEqual([second?.conflictPaths, second?.treeHash], [[], bench.engine.tree.treeHash()]);
    const bytes = bench.engine.tree.changes().get('a.ts')?.bytes;
    assert.equal(Buffer.from(bytes ?? []).toString(), 'one\nFIRST and SECOND\nthree\n');
  });

  it('keeps both sides when they do not fit a second time, and asks no third time', async () => {
    const model = new ModelByPrompt({
      first: [edit('FIRST'), say('1')],
      second: [edit('SECOND'), say('2'), editOf('FIRST', 'SECOND'), say('2 again')],
      third: [edit('THIRD'), say('3'), editOf('FIRST', 'THIRD'), say('3 again')],
    });
    const bench = new RunBench({
      model,
      script: async (api) =>
        Promise.all([api.agent('first'), api.agent('second'), api.agent('third')]),
    });
    const ended = await bench.run();
    model.assertDone();
    assert.equal(ended.proposals.conflicts, 1);
    const [conflict] = bench.engine.tree.conflicts();
    const textOf = (content: { readonly bytes: Uint8Array } | null | undefined) =>
      Buffer.from(content?.bytes ?? []).toString();
    const sides = [textOf(conflict?.ours), textOf(conflict?.theirs)].sort();
    assert.deepEqual(sides, ['one\nSECOND\nthree\n', 'one\nTHIRD\nthree\n']);
  });

  it('loses nothing when it cannot do it again', async () => {
    const model = new ModelByPrompt({
      first: [edit('FIRST'), say('1')],
      second: [edit('SECOND'), say('2'), fail('model_refused')],
    });
    const bench = new RunBench({ model, script: bothAtOnce });
    const ended = await bench.run();
    assert.deepEqual(ended.result, { type: 'inline', json: '["1","2"]' });
    const [conflict] = bench.engine.tree.conflicts();
    assert.equal(Buffer.from(conflict?.theirs?.bytes ?? []).toString(), 'one\nSECOND\nthree\n');
  });
});
