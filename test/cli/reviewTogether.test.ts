import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, watch } from 'node:fs/promises';
import path from 'node:path';
import type { Decision } from '../../src/protocol/proposals.ts';
import { useCliBed } from './support/cliBed.ts';
import type { CliResult } from './support/cliProcess.ts';
import { assertOk, completeRun, fileOf, proposalsOf, statesOf } from './support/reviewedRun.ts';
import { fingerprint } from '../host/support/sampleWorkspace.ts';
import { agentThatDoes, editOf, workflow } from '../host/support/workflowScript.ts';

const money = 'lib/util/money.js';
const first = { path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" };
const second = { path: money, from: "cents < 0 ? '-' : ''", to: "cents < 0 ? '−' : ''" };
const created = Array.from({ length: 20 }, (_item, index) => ({
  name: 'write_file',
  input: { path: `lib/new-${index}.js`, text: `'use strict';\n// ${index}\n` },
}));

/** What they look like in the workspace once they are accepted. */
const createdPrints = Object.fromEntries(
  created.map(({ input }) => [
    input.path,
    `644 ${createHash('sha256').update(input.text).digest('hex')}`,
  ]),
);

const source = workflow(`
  await ${agentThatDoes([editOf(first), editOf(second)], { label: 'money', group: 'Money' })};
  await ${agentThatDoes(created, { label: 'files', group: 'Files' })};`);

describe('muster: several who review at the same moment', function () {
  this.timeout(60_000);
  const test = useCliBed();
  let runId = '';

  beforeEach(async () => {
    await test.bed.useSample();
    runId = await completeRun(test.bed, source);
  });

  const together = (commands: readonly (readonly string[])[]): Promise<readonly CliResult[]> =>
    Promise.all(commands.map((args) => test.bed.run(...args)));

  async function decisions(): Promise<readonly Decision[]> {
    const folder = path.join(await test.bed.stateDirectory(), 'runs', runId);
    const text = await readFile(path.join(folder, 'decisions.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Decision);
  }

  async function assertWhole(): Promise<void> {
    const audit = await test.bed.run('audit', runId);
    assertOk(audit);
    assert.match(audit.stdout, /^Run \S+: intact /u);
  }

  const applied = ({ stdout }: CliResult) => Number(/^Applied to (\d+) files?/mu.exec(stdout)?.[1]);

  it('accept everything: one writes each file once, the others say that it was done', async () => {
    const results = await together(Array.from({ length: 4 }, () => ['accept', runId, '--all']));
    const winners = results.filter((result) => applied(result) > 0);
    assert.equal(winners.length, 1, results.map(({ stdout }) => stdout).join('\n'));
    assert.deepEqual([winners[0]?.exitCode, winners[0] && applied(winners[0])], [0, 21]);
    for (const loser of results.filter((result) => !winners.includes(result))) {
      assert.match(loser.stdout, /accepted by another process meanwhile|nothing .* pending/u);
      assert.equal(loser.stderr, '');
    }
    const logged = await decisions();
    assert.deepEqual(
      logged.map((decision) => decision.type),
      ['intent', 'outcome'],
    );
    const set = await proposalsOf(test.bed, runId);
    assert.deepEqual(statesOf(set, money), ['accepted', 'accepted']);
    for (const { input } of created) {
      assert.equal(await readFile(path.join(test.bed.workspace, input.path), 'utf8'), input.text);
    }
    await assertWhole();
  });

  it('accept two hunks of one file: both are in it', async () => {
    const before = await readFile(path.join(test.bed.workspace, money), 'utf8');
    const { hunks } = fileOf(await proposalsOf(test.bed, runId), money);
    const results = await together(hunks.map(({ hunkId }) => ['accept', runId, '--hunk', hunkId]));
    for (const result of results) assertOk(result);
    const after = before.replace(first.from, first.to).replace(second.from, second.to);
    assert.equal(await readFile(path.join(test.bed.workspace, money), 'utf8'), after);
    await assertWhole();
  });

  it('accept and reject the same: it is the one or the other', async () => {
    const before = await fingerprint(test.bed.workspace);
    const [accept, reject] = await Promise.all([
      test.bed.run('accept', runId, '--group', 'Files'),
      test.bed.run('reject', runId, '--group', 'Files'),
    ]);
    const set = await proposalsOf(test.bed, runId);
    const states = new Set(created.flatMap(({ input }) => statesOf(set, input.path)));
    const [logged, ...more] = (await decisions()).map(({ type }) => type);
    if (logged === 'intent') {
      assert.deepEqual([[...states], more], [['accepted'], ['outcome']]);
      assert.deepEqual(await fingerprint(test.bed.workspace), { ...before, ...createdPrints });
      assertOk(accept);
      assert.match(reject.stderr, /Nothing left to reject|accepted by another process/u);
    } else {
      assert.deepEqual([[...states], logged, more], [['rejected'], 'reject', []]);
      assert.deepEqual(await fingerprint(test.bed.workspace), before);
      assertOk(reject);
      assert.match(
        accept.stdout + accept.stderr,
        /nothing there is pending|rejected by another process/u,
      );
    }
    await assertWhole();
  });

  it('are not stopped by one that was killed while it wrote', async () => {
    const folder = path.join(await test.bed.stateDirectory(), 'runs', runId);
    const intent = fileAppears(folder, 'decisions.jsonl');
    const killed = test.bed.start(['accept', runId, '--all']);
    await intent;
    killed.kill();
    await killed.ended;
    const result = await test.bed.run('accept', runId, '--all');
    assert.equal(result.exitCode, 0, result.stdout + result.stderr);
    const set = await proposalsOf(test.bed, runId);
    assert.ok(set.files.every(({ hunks }) => hunks.every(({ state }) => state === 'accepted')));
    await assertWhole();
  });
});

/** Resolves when there is a file of that name. */
async function fileAppears(folder: string, name: string): Promise<void> {
  for await (const { filename } of watch(folder, { signal: AbortSignal.timeout(20_000) })) {
    if (filename === name) return;
  }
}
