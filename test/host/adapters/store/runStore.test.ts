import assert from 'node:assert/strict';
import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isJournalError } from '../../../../src/core/journal/journalError.ts';
import type { Clock } from '../../../../src/core/ports/clock.ts';
import { createRunStore, openRunStore } from '../../../../src/host/adapters/store/runStore.ts';
import type { FileRunStore } from '../../../../src/host/adapters/store/runStore.ts';
import { stateDirectoryFor } from '../../../../src/host/adapters/store/stateDirectory.ts';
import type { Decision } from '../../../../src/protocol/proposals.ts';
import type { RunFact } from '../../../../src/protocol/events/runEvents.ts';
import { sha256Hex } from '../../../../src/node/sha256Hex.ts';
import { listRuns } from '../../../../src/host/adapters/store/runFolders.ts';
import { readJournal } from '../../../../src/host/adapters/store/readJournal.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock: Clock = {
  nowMs: () => 1000,
  monotonicMs: () => 0,
  after: () => ({ dispose: () => undefined }),
};
const log = (message: string): RunFact => ({ type: 'log', level: 'info', message });
const event = (seq: number, message: string) => ({
  ...log(message),
  runId: 'run-1',
  at: 1000,
  seq,
});

describe('RunStore on disk', () => {
  let stateDirectory = '';
  let store: FileRunStore;

  beforeEach(async () => {
    stateDirectory = await mkdtemp(path.join(tmpdir(), 'muster-store-'));
    store = await createRunStore(options('run-1'));
  });
  afterEach(async () => {
    await store.dispose();
    await rm(stateDirectory, { recursive: true, force: true });
  });

  function options(runId: string) {
    return { stateDirectory, runId, clock, log: silent, secrets: ['the-configured-key'] };
  }
  const readEvents = () => readJournal(store.directory);
  const journalFile = () => path.join(store.directory, 'journal.jsonl');

  it('numbers events in the order of the calls and reads the same back', async () => {
    const messages = Array.from({ length: 500 }, (_item, index) => `line ${index}`);
    const events = await Promise.all(messages.map((text) => store.journal.append(log(text))));
    assert.deepEqual(
      events,
      messages.map((text, index) => event(index + 1, text)),
    );
    const read = await readEvents();
    assert.deepEqual(read.events, events);
    assert.equal(read.headHash, store.journal.headHash());
  });

  it('writes lines that name their place in the chain and not the run', async () => {
    await store.journal.append(log('one'));
    const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const place = { v: 1, seq: 1, at: 1000, prev: ofNothing, kind: 'log' };
    const line = JSON.stringify({ ...place, level: 'info', message: 'one' });
    assert.equal(await readFile(journalFile(), 'utf8'), `${line}\n`);
  });

  it('cuts a torn last line and goes on after the whole ones', async () => {
    await store.journal.append(log('one'));
    await store.journal.append(log('two'));
    await store.dispose();
    await truncate(journalFile(), (await stat(journalFile())).size - 5);
    const reopened = await openRunStore(options('run-1'));
    store = reopened.store;
    assert.deepEqual(reopened.events, [event(1, 'one')]);
    await store.journal.append(log('again'));
    const { events } = await readEvents();
    assert.deepEqual(events, [event(1, 'one'), event(2, 'again')]);
  });

  const breakages: readonly [string, (lines: string[]) => string[], number, RegExp][] = [
    ['a changed line', (l) => l.with(1, (l[1] ?? '').replace('two', 'owt')), 3, /does not follow/u],
    ['a dropped line', (l) => l.toSpliced(1, 1), 2, /entry 2 belongs there/u],
    ['swapped lines', (l) => [l[1] ?? '', l[0] ?? '', l[2] ?? ''], 1, /entry 1 belongs there/u],
    ['what is no JSON', (l) => l.with(2, '{"v":1'), 3, /is not a journal entry/u],
    ['an unknown kind', (l) => l.with(2, (l[2] ?? '').replace('"log"', '"gol"')), 3, /"gol"/u],
  ];
  for (const [name, damage, line, reason] of breakages) {
    it(`names the entry where ${name} shows`, async () => {
      for (const text of ['one', 'two', 'three']) await store.journal.append(log(text));
      const lines = (await readFile(journalFile(), 'utf8')).trimEnd().split('\n');
      await writeFile(journalFile(), `${damage(lines).join('\n')}\n`);
      await assert.rejects(readEvents(), (error) => {
        assert.ok(isJournalError(error));
        assert.equal(error.line, line);
        assert.match(error.message, reason);
        return true;
      });
    });
  }

  it('refuses an invalid event alone and keeps the others around it', async () => {
    // An event that the engine must never state, to see the journal's own check.
    const invalid = { type: 'log', level: 'shout', message: 'x' } as unknown as RunFact;
    const appended = [log('one'), invalid, log('two')].map((fact) => store.journal.append(fact));
    const outcomes = await Promise.allSettled(appended);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const { events } = await readEvents();
    assert.deepEqual(events, [event(1, 'one'), event(2, 'two')]);
  });

  it('keeps secrets out of journal, transcripts and files, but not out of the script', async () => {
    const token = `ghp_${'a'.repeat(36)}`;
    const text = `first\n${token} the-configured-key`;
    const [appended] = [await store.journal.append(log(text))];
    assert.deepEqual(appended, event(1, 'first\n[secret removed] [secret removed]'));
    const transcript = store.openTranscript(7);
    transcript.write({ kind: 'request', messages: [{ text }] });
    await transcript.close();
    await store.writeFile('report.md', text);
    await store.writeFile('script.js', text);
    const files = ['journal.jsonl', 'agents/0007/transcript.jsonl', 'report.md'];
    for (const file of files) {
      const content = await readFile(path.join(store.directory, file), 'utf8');
      assert.doesNotMatch(content, /ghp_|configured-key/u, file);
      assert.match(content, /secret removed/u, file);
    }
    assert.equal(await readFile(path.join(store.directory, 'script.js'), 'utf8'), text);
  });

  it('writes the patch of an agent as it is, names it by hash, and takes it away again', async () => {
    const patch = Buffer.from('diff --git a/a b/a\n+\u00e4\n', 'latin1');
    const name = 'agents/0007/changes.patch';
    const file = path.join(store.directory, name);
    assert.equal(await store.writePatch(7, null), null);
    assert.deepEqual(await store.writePatch(7, Buffer.from('older and longer'.repeat(9))), {
      name,
      sha256: sha256Hex('older and longer'.repeat(9)),
      bytes: 144,
    });
    const mark = { name, sha256: sha256Hex(patch), bytes: patch.length };
    assert.deepEqual(await store.writePatch(7, patch), mark);
    assert.deepEqual(await store.markFiles([name]), [mark]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(await store.writePatch(7, null), null);
    assert.deepEqual(await store.markFiles([name]), []);
  });

  it('goes on without a patch that cannot be written', async () => {
    await writeFile(path.join(store.directory, 'agents'), 'in the way');
    assert.equal(await store.writePatch(7, Buffer.from('x')), null);
    assert.equal(await store.writePatch(7, null), null);
    assert.equal(store.scrubText('the-configured-key'), '[secret removed]');
  });

  it('keeps blobs by their hash and says when there is none or it was changed', async () => {
    const bytes = Buffer.from('payload');
    const [sha256, again] = await Promise.all([store.blobs.put(bytes), store.blobs.put(bytes)]);
    assert.equal(sha256, again);
    assert.deepEqual(Buffer.from(await store.blobs.get(sha256)), bytes);
    await assert.rejects(store.blobs.get('0'.repeat(64)), { code: 'not_found' });
    await assert.rejects(store.blobs.get('../journal.jsonl'), { code: 'not_found' });
    await appendFile(path.join(store.directory, 'blobs', sha256), '!');
    await assert.rejects(store.blobs.get(sha256), { code: 'blob_broken' });
  });

  it('replaces a blob whose writing was cut off, and leaves a whole one as it is', async () => {
    const [torn, whole] = [Buffer.from('torn payload'), Buffer.from('whole payload')];
    const fileOf = (bytes: Buffer) => path.join(store.directory, 'blobs', sha256Hex(bytes));
    await store.blobs.put(Buffer.from('makes the folder'));
    await writeFile(fileOf(torn), torn.subarray(0, 4));
    await writeFile(fileOf(whole), whole);
    const { ino } = await stat(fileOf(whole));
    await assert.rejects(store.blobs.get(sha256Hex(torn)), { code: 'blob_broken' });
    await Promise.all([store.blobs.put(torn), store.blobs.put(whole)]);
    assert.deepEqual(Buffer.from(await store.blobs.get(sha256Hex(torn))), torn);
    assert.deepEqual(Buffer.from(await store.blobs.get(sha256Hex(whole))), whole);
    assert.equal((await stat(fileOf(whole))).ino, ino);
    const names = await readdir(path.join(store.directory, 'blobs'));
    assert.equal(names.length, 3);
  });

  it('writes many blobs at once', async () => {
    const payloads = Array.from({ length: 100 }, (_item, index) => Buffer.from(`payload ${index}`));
    const hashes = await Promise.all(payloads.map((bytes) => store.blobs.put(bytes)));
    const read = await Promise.all(hashes.map((sha256) => store.blobs.get(sha256)));
    assert.deepEqual(
      read.map((bytes) => Buffer.from(bytes)),
      payloads,
    );
  });

  it('tries again to make the folder of blobs after that failed', async () => {
    const folder = path.join(store.directory, 'blobs');
    await writeFile(folder, 'stands in the way');
    await assert.rejects(store.blobs.put(Buffer.from('payload')), { code: 'EEXIST' });
    await rm(folder);
    const sha256 = await store.blobs.put(Buffer.from('payload'));
    assert.equal(Buffer.from(await store.blobs.get(sha256)).toString(), 'payload');
  });

  it('keeps decisions in order and forgets a torn last line', async () => {
    const decisions: Decision[] = ['d1', 'd2', 'd3'].map((decisionId) => ({
      type: 'reject',
      decisionId,
      at: 1,
      by: 'user',
      hunkIds: ['h1'],
    }));
    await Promise.all(decisions.slice(0, 2).map((decision) => store.decisions.append(decision)));
    await appendFile(path.join(store.directory, 'decisions.jsonl'), '{"type":"rej');
    assert.deepEqual(await store.decisions.read(), decisions.slice(0, 2));
    for (const decision of decisions.slice(2)) await store.decisions.append(decision);
    assert.deepEqual(await store.decisions.read(), decisions);
  });

  it('makes folders that only the user can enter, and lists its runs', async () => {
    assert.equal((await stat(store.directory)).mode & 0o777, 0o700);
    const verifyLog = await store.verifyLogPath(3);
    assert.equal(verifyLog, path.join(store.directory, 'verify', '0003', 'output.log'));
    assert.ok((await stat(path.dirname(verifyLog))).isDirectory());
    assert.deepEqual(
      (await listRuns(stateDirectory)).map((run) => run.runId),
      ['run-1'],
    );
    assert.deepEqual(await listRuns(path.join(stateDirectory, 'nothing')), []);
    await assert.rejects(createRunStore(options('run-1')), /exists/u);
    await assert.rejects(createRunStore(options('../run')), /is not a run id/u);
    await assert.rejects(openRunStore(options('run-2')), /No run run-2/u);
    await assert.rejects(store.writeFile('../x', ''), /leads out of/u);
  });
});

describe('stateDirectoryFor', () => {
  const cases: readonly [NodeJS.Platform, NodeJS.ProcessEnv, RegExp][] = [
    ['linux', { HOME: '/home/u' }, /^\/home\/u\/\.local\/state\/muster\/my-app-[0-9a-f]{12}$/u],
    ['linux', { HOME: '/h', XDG_STATE_HOME: '/xdg' }, /^\/xdg\/muster\/my-app-/u],
    ['linux', { HOME: '/h', XDG_STATE_HOME: 'relative' }, /^\/h\/\.local\/state\/muster\//u],
    ['darwin', { HOME: '/U/u' }, /^\/U\/u\/Library\/Application Support\/muster\/my-app-/u],
    ['linux', { HOME: '/h', MUSTER_STATE_DIR: '/elsewhere' }, /^\/elsewhere\/my-app-/u],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, /^C:\\L\\muster\\.*my-app-[0-9a-f]{12}$/u],
  ];
  for (const [platform, env, expected] of cases) {
    it(`follows ${platform} with ${Object.keys(env).join(', ')}`, () => {
      assert.match(stateDirectoryFor('/work/my app', env, platform), expected);
    });
  }
});
