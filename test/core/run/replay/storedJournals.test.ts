/** Journals of released versions are replayed for ever. A new version adds a folder; none is written anew. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseJson } from '../../../../src/base/json.ts';
import {
  decodeJournal,
  encodeJournalLine,
  GENESIS_HASH,
} from '../../../../src/core/journal/journalLines.ts';
import { sha256Hex } from '../../../../src/node/sha256Hex.ts';
import { CURRENT_FLAGS } from '../../../../src/core/journal/behaviourFlags.ts';
import type { ReplayLog } from '../../../../src/core/run/replay/replayLog.ts';
import { readReplayLog } from '../../../../src/core/run/replay/readReplayLog.ts';
import { checkScript } from '../../../../src/core/script/checkScript.ts';
import { createPiscinaScriptRunner } from '../../../../src/host/adapters/script/piscinaScriptRunner.ts';
import { systemClock } from '../../../../src/host/adapters/system.ts';
import { reduceRunEvents } from '../../../../src/protocol/view/reduceRun.ts';
import type { DurableRunEvent } from '../../../../src/protocol/events/runEvents.ts';
import { PRODUCT_VERSION } from '../../../../src/protocol/host/version.ts';
import { assertGolden } from '../../../support/golden.ts';
import { ModelByPrompt } from '../../../support/fakeModels.ts';
import type { EarlierSessions } from '../../../../src/core/run/runEngine.ts';
import { RunBench } from '../../../support/runBench.ts';
import { callTool, fail, say, ScriptedModel } from '../../../support/scriptedModel.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures/journals');
const SNAPSHOT = { 'a.ts': 'one\ntwo\nthree\n', 'b.ts': 'uno\n' };
const CHILD = `export const meta = { name: 'triage', description: 'a child' };
phase('Inside');
return { child: await agent('inside ' + args) };
`;

/** A script that sees every kind of outcome once. */
const EVERYTHING = `export const meta = { name: 'everything', description: 'every kind of outcome', phases: ['Edit', 'Check'] };
phase('Edit');
log('begins');
const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
const edits = await parallel([
  () => agent('change two', { label: 'two', group: 'Numbers' }),
  () => agent('change uno'),
  () => agent('count', { schema }),
]);
await new Promise((resolve) => setTimeout(resolve, 20));
const refused = await agent('x', { agentType: 'nobody' }).catch((error) => error.name);
const broken = await agent.outcome('', { label: 'no prompt' });
const child = await workflow('triage', 'child');
phase('Check');
const receipt = await verify('npm test');
const answer = await gate_();
async function gate_() { return gate('Ship it?', { files: files.changed() }); }
return { edits, refused, broken: broken.status, child, ok: receipt.ok, answer, changed: files.changed(), spent: budget.spent() };
`;

const edit = (file: string, from: string, to: string) => [
  callTool('read_file', { path: file }),
  callTool('edit_file', { path: file, old_text: from, new_text: to }),
  say(`changed ${file}`),
];

function recordingModel(): ModelByPrompt {
  return new ModelByPrompt({
    'change two': edit('a.ts', 'two', 'TWO'),
    'change uno': edit('b.ts', 'uno', 'UNO'),
    count: [fail('model_unavailable'), callTool('submit_result', { n: 3 })],
    'inside child': [say('inside')],
  });
}

/** A finished run needs no replay; these are replayed as if they had been interrupted at their very end. */
const replayedWhole = (events: readonly DurableRunEvent[]): ReplayLog => ({
  ...readReplayLog(events),
  finished: null,
});

describe('Stored journals', function () {
  this.timeout(20_000);
  const scripts = createPiscinaScriptRunner({
    distDirectory: path.resolve(import.meta.dirname, '../../../../dist'),
  });
  after(() => scripts.dispose());

  const config = {
    approvedCommands: ['npm test'],
    onGate: 'approve' as const,
    scriptSha256: checkScript(EVERYTHING).scriptSha256,
  };
  const userWorkflows = [{ type: 'text', path: '~/triage.js', text: CHILD }] as const;

  /** Writes the folder of the present version once, when it is asked to. */
  async function record(folder: string): Promise<void> {
    const files = SNAPSHOT;
    const bench = new RunBench({
      model: recordingModel(),
      scripts,
      source: EVERYTHING,
      files,
      config,
      userWorkflows,
      realClock: systemClock,
    });
    await bench.engine.execute();
    let prev = GENESIS_HASH;
    const lines = bench.events.map((event) => {
      const line = encodeJournalLine(event, prev);
      prev = sha256Hex(line);
      return `${line}\n`;
    });
    await mkdir(path.join(folder, 'blobs'), { recursive: true });
    await mkdir(path.join(folder, 'children'), { recursive: true });
    await writeFile(path.join(folder, 'journal.jsonl'), lines.join(''));
    await writeFile(path.join(folder, 'script.js'), EVERYTHING);
    await writeFile(path.join(folder, 'snapshot.json'), JSON.stringify(SNAPSHOT));
    for (const [sha256, bytes] of bench.store.contents) {
      await writeFile(path.join(folder, 'blobs', sha256), bytes);
    }
    for (const [name, text] of bench.store.files) {
      if (name.startsWith('children/')) await writeFile(path.join(folder, name), text);
    }
  }

  it('of this version exist', async () => {
    const folder = path.join(FIXTURES, PRODUCT_VERSION);
    if (!existsSync(folder) && process.env['UPDATE_GOLDEN'] === '1') await record(folder);
    assert.ok(existsSync(folder), 'UPDATE_GOLDEN=1 records the journal of a new version, once.');
  });

  it('of every version are read whole and replayed without a request, to the same end', async () => {
    const versions = await readdir(FIXTURES);
    assert.ok(versions.length > 0);
    for (const version of versions) {
      const folder = path.join(FIXTURES, version);
      const text = (name: string) => readFile(path.join(folder, name), 'utf8');
      const { events } = decodeJournal('run-1', await readFile(path.join(folder, 'journal.jsonl')));
      const view = reduceRunEvents(null, events);
      assert.ok(view !== null);
      assertGolden(
        pathToFileURL(path.join(folder, 'view.json')),
        `${JSON.stringify(view, null, 1)}\n`,
      );
      // The text of a snapshot is our own file.
      const files = parseJson(await text('snapshot.json')) as Readonly<Record<string, string>>;
      const model = new ScriptedModel([]);
      const source = await text('script.js');
      const { scriptSha256 } = checkScript(source);
      const bench = new RunBench({
        model,
        scripts,
        source,
        files,
        userWorkflows: [],
        config: { ...config, scriptSha256 },
        earlier: { log: replayedWhole(events), view },
      });
      await bench.store.load(folder, events);
      const ended = await bench.engine.execute();
      const before = events.findLast((event) => event.type === 'run.ended');
      assert.deepEqual(
        [ended.status, ended.error, ended.result],
        ['completed', null, before?.result],
      );
      assert.deepEqual(model.requests.length, 0, version);
      assert.equal(bench.engine.view.treeHash, view.treeHash);
    }
  });

  it('of a run that completed are gone on with at once: the script is not run again', async () => {
    const folder = path.join(FIXTURES, PRODUCT_VERSION);
    const { events } = decodeJournal('run-1', await readFile(path.join(folder, 'journal.jsonl')));
    // Without the agent that had no prompt: a failed agent is tried again.
    const failed = events.find((event) => event.type === 'agent.ended' && event.outcome !== 'ok');
    const whole = events.filter((event) => event !== failed);
    const view = reduceRunEvents(null, events);
    assert.ok(view !== null);
    const before = events.findLast((event) => event.type === 'run.ended');
    const run = async (source: string, more: Partial<EarlierSessions> = {}) => {
      const bench = new RunBench({
        model: new ScriptedModel([]),
        files: SNAPSHOT,
        script: () => Promise.resolve('the script ran'),
        config: { ...config, scriptSha256: checkScript(source).scriptSha256 },
        earlier: { log: readReplayLog(whole), view, ...more },
      });
      bench.store.events.push(...events);
      const ended = await bench.engine.execute();
      const since = bench.events.slice(events.length).map(({ type }) => type);
      return { ended, since };
    };
    const same = await run(EVERYTHING);
    assert.deepEqual(same.since, ['run.resumed', 'replay.ended', 'run.ended']);
    assert.deepEqual([same.ended.status, same.ended.result], ['completed', before?.result]);
    assert.equal(same.ended.agents.cached, 4);
    const otherScript = await run(`${EVERYTHING}\n`);
    const otherBudget = await run(EVERYTHING, { hasOtherBudget: true });
    for (const { ended } of [otherScript, otherBudget]) {
      assert.notDeepEqual(ended.result, before?.result, 'the script ran');
    }
  });

  it('that name a behaviour of a later version are not gone on with', async () => {
    const journal = path.join(FIXTURES, PRODUCT_VERSION, 'journal.jsonl');
    const { events } = decodeJournal('run-1', await readFile(journal));
    const [first, ...rest] = events;
    assert.ok(first?.type === 'run.started');
    assert.deepEqual(first.flags, CURRENT_FLAGS);
    const later = [{ ...first, flags: [...first.flags, 'time-runs-backwards'] }, ...rest];
    assert.throws(() => readReplayLog(later), { code: 'journal_newer' });
  });

  it('from before refusals were entries answer a refused call at once', async () => {
    const folder = path.join(FIXTURES, PRODUCT_VERSION);
    const { events } = decodeJournal('run-1', await readFile(path.join(folder, 'journal.jsonl')));
    const older = events
      .filter((event) => event.type !== 'call.refused')
      .map((event) => (event.type === 'run.started' ? { ...event, flags: [] } : event));
    const view = reduceRunEvents(null, older);
    assert.ok(view !== null);
    const source = await readFile(path.join(folder, 'script.js'), 'utf8');
    const bench = new RunBench({
      model: new ScriptedModel([]),
      scripts,
      source,
      files: SNAPSHOT,
      config,
      earlier: { log: replayedWhole(older), view },
    });
    await bench.store.load(folder, events);
    assert.equal((await bench.engine.execute()).status, 'completed');
  });
});
