import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { auditRun, type AuditResult } from '../../../src/core/evidence/audit/auditRun.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import { createRunStore, openRunStore } from '../../../src/host/adapters/store/runStore.ts';
import { openRunFolder } from '../../../src/host/audit/openRunFolder.ts';
import { processIdentity } from '../../../src/host/adapters/locks/processIdentity.ts';
import { sha256Hex } from '../../../src/node/sha256Hex.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock: Clock = {
  nowMs: () => 1000,
  monotonicMs: () => 0,
  after: () => ({ dispose: () => undefined }),
};

describe('A run folder that is audited', () => {
  let root = '';
  let directory = '';
  const options = () => ({
    stateDirectory: root,
    runId: 'run-1',
    clock,
    log: silent,
    secrets: [],
  });

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'muster-audit-'));
    const store = await createRunStore(options());
    ({ directory } = store);
    await store.journal.append({ type: 'log', level: 'info', message: 'one' });
    const transcript = store.openTranscript(1);
    transcript.write({ kind: 'request' });
    const mark = await transcript.mark();
    assert.equal(mark?.name, 'agents/0001/transcript.jsonl');
    await store.writeFile('report.md', 'good\n');
    await store.dispose();
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const audit = async (): Promise<AuditResult> =>
    (await auditRun(await openRunFolder(directory), [])).result;
  const brokenFiles = ({ findings }: AuditResult): readonly string[] =>
    findings.filter(({ severity }) => severity === 'broken').map(({ file }) => file);

  it('is whole as its store leaves it', async () => {
    assert.deepEqual(brokenFiles(await audit()), []);
  });

  it('is whole, too, when a process was killed that was about to take it over', async () => {
    await symlink('4711-1-0123456789abcdef', path.join(directory, 'owner.0123456789abcdef.claim'));
    assert.deepEqual(brokenFiles(await audit()), []);
  });

  it('is sealed anew by a session that goes on, which keeps what was sealed before', async () => {
    const { store } = await openRunStore(options());
    await store.journal.append({ type: 'log', level: 'info', message: 'two' });
    await store.dispose();
    const { verdict, entries, findings } = await audit();
    assert.deepEqual([verdict, entries], ['whole', 2]);
    assert.ok(!findings.some(({ file }) => file === 'report.md'), JSON.stringify(findings));
  });

  it('marks a transcript that an earlier session began as the whole file', async () => {
    const { store } = await openRunStore(options());
    const transcript = store.openTranscript(1);
    transcript.write({ kind: 'answer' });
    const marked = await transcript.mark();
    const [again] = await store.markFiles(['agents/0001/transcript.jsonl', 'no/such.file']);
    await store.dispose();
    assert.deepEqual(marked, again);
  });

  it('is never left through a link', async () => {
    const outside = path.join(root, 'outside');
    await mkdir(outside);
    await writeFile(path.join(outside, sha256Hex('secret')), 'secret');
    await symlink(outside, path.join(directory, 'blobs'));
    await rm(path.join(directory, 'report.md'));
    await symlink(path.join(outside, sha256Hex('secret')), path.join(directory, 'report.md'));
    const folder = await openRunFolder(directory);
    assert.ok(![...folder.files.keys()].some((name) => name.startsWith('blobs')));
    assert.deepEqual(brokenFiles(await audit()).toSorted(), ['blobs', 'report.md', 'report.md']);
    await assert.rejects(folder.read('report.md'));
    await assert.rejects(folder.sha256('report.md'));
  });

  it('is not a link itself', async () => {
    const link = path.join(root, 'runs', 'run-2');
    await symlink(directory, link);
    await assert.rejects(openRunFolder(link), /it is a link, not a folder/u);
  });

  it('does not wait for a pipe', async function () {
    if (process.platform === 'win32') this.skip();
    await promisify(execFile)('mkfifo', [path.join(directory, 'run.json')]);
    assert.deepEqual(brokenFiles(await audit()), ['run.json']);
  });

  it('belongs to a living process as long as that one lives', async () => {
    const owner = { pid: process.pid, startTime: 1, identity: await processIdentity(process.pid) };
    await writeFile(path.join(directory, 'owner.json'), JSON.stringify(owner));
    assert.equal((await audit()).isLive, true);
    const gone = { ...owner, identity: 'another process' };
    await writeFile(path.join(directory, 'owner.json'), JSON.stringify(gone));
    assert.equal((await audit()).isLive, false);
  });
});
