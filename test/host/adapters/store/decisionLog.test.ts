import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditRun } from '../../../../src/core/evidence/audit/auditRun.ts';
import { createRunStore } from '../../../../src/host/adapters/store/runStore.ts';
import { systemClock } from '../../../../src/host/adapters/system.ts';
import { openRunFolder } from '../../../../src/host/audit/openRunFolder.ts';
import { ChildScript } from '../../support/childScript.ts';
import { openDecisionLog } from '../../../../src/host/adapters/store/decisionLog.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const runId = 'run-1';

describe('Decisions of several processes', function () {
  this.timeout(40_000);
  let stateDirectory = '';
  const children: ChildScript[] = [];

  beforeEach(async () => {
    stateDirectory = await mkdtemp(path.join(tmpdir(), 'muster-chain-'));
    const secrets: readonly string[] = [];
    const options = { stateDirectory, runId, clock: systemClock, log: silent, secrets };
    const store = await createRunStore(options);
    await store.journal.append({ type: 'log', level: 'info', message: 'one' });
    await store.dispose();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    await rm(stateDirectory, { recursive: true, force: true });
  });

  const start = (name: string, times: number): ChildScript => {
    const child = new ChildScript('appendDecisions', [stateDirectory, runId, name, `${times}`]);
    children.push(child);
    return child;
  };
  const folder = () => path.join(stateDirectory, 'runs', runId);

  async function findings(): Promise<readonly string[]> {
    const { result } = await auditRun(await openRunFolder(folder()), []);
    const decided = result.findings.filter(({ file }) => file.startsWith('decisions'));
    return decided.map(({ message }) => message);
  }

  it('form one chain, however many record at the same moment', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const writers = names.map((name) => start(name, 20));
    await Promise.all(writers.map((child) => child.waitFor('ready')));
    for (const child of writers) child.go();
    await Promise.all(writers.map((child) => child.succeed()));
    const read = await openDecisionLog(stateDirectory, runId).read();
    const expected = names.flatMap((name) => Array.from({ length: 20 }, (_, n) => `${name}-${n}`));
    assert.deepEqual(read.map((each) => each.decisionId).toSorted(), expected.toSorted());
    assert.deepEqual(await findings(), []);
    const text = await readFile(path.join(folder(), 'decisions.jsonl'), 'utf8');
    assert.equal(text.split('\n').length, 121);
  });

  it('go on after one that was killed while it recorded, with all that it had said', async () => {
    const [killed, other] = [start('killed', 10_000), start('other', 20)];
    await Promise.all([killed, other].map((child) => child.waitFor('ready')));
    killed.go();
    await killed.waitFor('killed-3\n');
    other.go();
    await other.waitFor('other-2\n');
    await killed.kill();
    await other.succeed();
    const read = (await openDecisionLog(stateDirectory, runId).read()).map((d) => d.decisionId);
    const said = [...killed.output.split('\n'), ...other.output.split('\n')];
    const promised = said.filter((line) => line.includes('-'));
    assert.deepEqual(
      promised.filter((decisionId) => !read.includes(decisionId)),
      [],
    );
    assert.equal(new Set(read).size, read.length);
    assert.deepEqual(await findings(), []);
  });
});
