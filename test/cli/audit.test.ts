import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { AuditFinding } from '../../src/core/evidence/audit/auditFinding.ts';
import { OWNER_FILE } from '../../src/core/evidence/audit/auditArtifacts.ts';
import { auditRun, type AuditResult } from '../../src/core/evidence/audit/auditRun.ts';
import { openRunFolder } from '../../src/host/audit/openRunFolder.ts';
import { createDeferred } from '../../src/base/deferred.ts';
import { promptOf } from '../host/support/obedientModel.ts';
import { workflow } from '../host/support/workflowScript.ts';
import { holdUntil, text } from '../support/messagesApi/replies.ts';
import { CliBed, useCliBed } from './support/cliBed.ts';
import { makeEvidenceRun } from './support/evidenceRun.ts';
import { assertOk } from './support/reviewedRun.ts';

/** Places at which a byte of every file is changed: both ends, and between. */
const SHARES = [0, 0.013, 0.1, 0.25, 0.5, 0.77, 0.9, 0.999, 1];

describe('muster audit', function () {
  this.timeout(120_000);
  let bed: CliBed;
  let runId = '';
  let directory = '';
  let names: readonly string[] = [];

  before(async () => {
    bed = await CliBed.create();
    await bed.useSample();
    ({ runId, directory } = await makeEvidenceRun(bed));
    names = (await filesOf(directory)).filter((name) => !OWNER_FILE.test(name));
  });
  after(() => bed.dispose());

  /** Audits a copy of the folder, under the run's own name, after something was done to it. */
  async function auditAfter(harm: (copy: string) => Promise<void>): Promise<AuditResult> {
    const copy = path.join(bed.root, 'copy', runId);
    await cp(directory, copy, { recursive: true });
    try {
      await harm(copy);
      return (await auditRun(await openRunFolder(copy), [])).result;
    } finally {
      await rm(copy, { recursive: true });
    }
  }

  const broken = (result: AuditResult): readonly AuditFinding[] =>
    result.findings.filter((finding) => finding.severity === 'broken');

  it('finds a run whole that nobody touched, says what it rests on, and exits with 0', async () => {
    const result = await bed.run('audit', runId);
    assertOk(result);
    assert.match(
      result.stdout,
      /^Run \S+: intact \(\d+ entries, 3 decisions, 1 applied hunk\)\.$/mu,
    );
    assert.match(result.stdout, /^Unanchored: /mu);
    const { verdict, findings, applied } = await auditAfter(() => Promise.resolve());
    assert.deepEqual([verdict, findings], ['whole', []]);
    const [origin] = applied;
    assert.equal(origin?.path, 'lib/new.js');
    assert.deepEqual(
      origin.agents.map(({ agentId }) => agentId),
      [2],
    );
  });

  it('covers every kind of file', () => {
    const kinds = new Set(names.map((name) => name.replaceAll(/[0-9a-f]{64}|\d{4}/gu, '*')));
    assert.deepEqual(
      [...kinds].sort(),
      [
        'agents/*/changes.patch',
        'agents/*/transcript.jsonl',
        'blobs/*',
        'decisions.jsonl',
        'decisions.seal.json',
        'journal.jsonl',
        'proposals.json',
        'report.md',
        'run.json',
        'script.js',
        'seal.json',
        'verify/*/output.baseline.log',
        'verify/*/output.log',
        'verify/*/receipt.json',
      ].sort(),
    );
  });

  it('finds a changed byte in every file, wherever it stands, and names the file', async () => {
    for (const name of names) {
      const bytes = await readFile(path.join(directory, name));
      for (const at of placesIn(bytes)) {
        const result = await auditAfter((copy) => flip(path.join(copy, name), at));
        const found = broken(result);
        const what = `${name}, byte ${at} of ${bytes.length}: ${JSON.stringify(found)}`;
        assert.equal(result.verdict, 'broken', what);
        // A seal that names another entry than it did is no better than the entry; both are named.
        const mayBeAny = name.endsWith('seal.json');
        assert.ok(
          found.some(({ file }) => mayBeAny || file === name),
          what,
        );
      }
    }
  });

  for (const name of ['journal.jsonl', 'decisions.jsonl']) {
    it(`names the entry of ${name} in which a byte was changed`, async () => {
      const bytes = await readFile(path.join(directory, name));
      for (const { seq, start, end } of linesIn(bytes)) {
        for (const at of [start, start + 9, Math.floor((start + end) / 2), end - 2]) {
          const found = broken(await auditAfter((copy) => flip(path.join(copy, name), at)));
          const what = `byte ${at} of entry ${seq}: ${JSON.stringify(found)}`;
          assert.ok(
            found.some((finding) => finding.file === name && finding.seq === seq),
            what,
          );
        }
      }
    });

    it(`names the entry of ${name} that was dropped, doubled or moved`, async () => {
      const lines = (await readFile(path.join(directory, name), 'utf8')).split('\n').slice(0, -1);
      for (const [index] of lines.entries()) {
        const seq = index + 1;
        const line = lines[index] ?? '';
        const dropped = lines.toSpliced(index, 1);
        const doubled = lines.toSpliced(index, 0, line);
        const swapped = lines.toSpliced(index, 2, lines[index + 1] ?? '', line);
        const cases =
          index + 1 < lines.length ? { dropped, doubled, swapped } : { dropped, doubled };
        for (const [how, changed] of Object.entries(cases)) {
          const text = changed.map((each) => `${each}\n`).join('');
          const found = broken(await auditAfter((copy) => writeFile(path.join(copy, name), text)));
          const what = `${how} ${seq}: ${JSON.stringify(found)}`;
          assert.ok(
            found.some((finding) => finding.file === name && finding.seq === seq),
            what,
          );
        }
      }
    });
  }

  it('finds every file that was replaced, emptied or taken away', async () => {
    const optional = new Set(['seal.json', 'decisions.seal.json']);
    for (const name of names) {
      const other = names.find((candidate) => candidate !== name) ?? '';
      const harms: Readonly<Record<string, (copy: string) => Promise<void>>> = {
        replaced: (copy) => cp(path.join(directory, other), path.join(copy, name)),
        emptied: (copy) => writeFile(path.join(copy, name), ''),
        ...(optional.has(name) ? {} : { gone: (copy) => rm(path.join(copy, name)) }),
      };
      for (const [how, harm] of Object.entries(harms)) {
        const bytes = await readFile(path.join(directory, name));
        if (how === 'emptied' && bytes.length === 0) continue;
        const found = broken(await auditAfter(harm));
        assert.ok(
          found.some(({ file }) => file === name),
          `${name} ${how}: ${JSON.stringify(found)}`,
        );
      }
    }
  });

  it('says what rests on nothing once a seal is gone', async () => {
    for (const [seal, file] of [
      ['seal.json', 'journal.jsonl'],
      ['decisions.seal.json', 'decisions.jsonl'],
    ] as const) {
      const result = await auditAfter((copy) => rm(path.join(copy, seal)));
      assert.equal(result.verdict, 'whole');
      const left = result.findings.filter(({ severity }) => severity === 'uncovered');
      assert.ok(
        left.some((finding) => finding.file === file),
        JSON.stringify(left),
      );
    }
  });

  it('prints one line for each finding, names file and entry, and exits with 1', async () => {
    const journal = path.join(directory, 'journal.jsonl');
    const before = await readFile(journal);
    const [, , third] = linesIn(before);
    await flip(journal, (third?.start ?? 0) + 40);
    try {
      const result = await bed.run('audit', runId);
      assert.equal(result.exitCode, 1);
      assert.match(result.stdout, /^Run \S+: broken/u);
      assert.match(
        result.stdout,
        /^broken {2}journal\.jsonl:3 \(entry 3\) {2}Entry 3 was changed/mu,
      );
      const asJson = await bed.run('audit', runId, '--json');
      assert.equal(asJson.exitCode, 1);
      assert.partialDeepStrictEqual(JSON.parse(asJson.stdout), { verdict: 'broken' });
    } finally {
      await writeFile(journal, before);
    }
    assertOk(await bed.run('audit', runId));
  });

  it('holds the journal against a head that was noted down', async () => {
    const asJson = await bed.run('audit', runId, '--json');
    // A parse boundary: our own output.
    const { headHash, entries } = JSON.parse(asJson.stdout) as AuditResult;
    const good = await bed.run('audit', runId, '--anchor', headHash);
    assertOk(good);
    const upTo = `^Anchored by the given hash up to entry ${entries} of ${entries}\\.$`;
    assert.match(good.stdout, new RegExp(upTo, 'mu'));
    const other = await bed.run('audit', runId, '--anchor', 'a'.repeat(64));
    assert.equal(other.exitCode, 1);
    assert.match(other.stdout, /^Refuted: /mu);
    const wrong = await bed.run('audit', runId, '--anchor', 'abc');
    assert.equal(wrong.exitCode, 2);
  });

  it('knows no run by a name that no run has', async () => {
    const result = await bed.run('audit', 'nothing-of-the-kind');
    assert.deepEqual([result.exitCode, result.stdout], [2, '']);
    assert.match(result.stderr, /No run "/u);
  });
});

describe('muster audit of a run without an end', function () {
  this.timeout(60_000);
  const test = useCliBed();

  it('audits a live run up to its last entry, and the same run after its process was killed', async () => {
    await test.bed.useSample();
    const asked = createDeferred<undefined>();
    const never = createDeferred<undefined>();
    const api = await test.bed.startModel((request) => {
      if (!promptOf(request).includes('second')) return text('done');
      asked.resolve(undefined);
      return holdUntil(never.promise, text('never'));
    });
    const source = workflow(`await agent('first'); await agent('second');`);
    const running = await test.bed.startScript(source, api, '--json');
    await asked.promise;
    const live = await test.bed.run('audit', 'last');
    assertOk(live);
    assert.match(live.stdout, /^Run \S+: intact, still running/u);
    assert.match(
      live.stdout,
      /^note {2}journal\.jsonl {2}The run is still going; entries 1 to \d+/mu,
    );
    const exported = await test.bed.run('export', 'last', '--out', path.join(test.bed.root, 'x'));
    assert.equal(exported.exitCode, 1);
    assert.match(exported.stderr, /it is still running\. Export it when it has ended/u);
    // The transcript comes to the disk on its own time, which a fast machine would not wait for.
    const transcript = 'state/*/runs/*/agents/0002/transcript.jsonl';
    while (globSync(transcript, { cwd: test.bed.root }).length === 0) await setTimeout(20);
    running.kill();
    await running.ended;
    const killed = await test.bed.run('audit', 'last');
    assertOk(killed);
    assert.match(killed.stdout, /^note {2}journal\.jsonl {2}The run was interrupted/mu);
    assert.match(
      killed.stdout,
      /^uncovered {2}journal\.jsonl \(entry \d+\) {2}Nothing in this folder/mu,
    );
    assert.match(
      killed.stdout,
      /^uncovered {2}agents\/0002\/transcript\.jsonl {2}No entry holds/mu,
    );
    never.resolve(undefined);
  });
});

async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .map((name) => name.replaceAll(path.sep, '/'))
    .sort();
}

function placesIn(bytes: Uint8Array): readonly number[] {
  if (bytes.length === 0) return [];
  return [...new Set(SHARES.map((share) => Math.round(share * (bytes.length - 1))))];
}

interface LineRange {
  readonly seq: number;
  readonly start: number;
  readonly end: number;
}

function linesIn(bytes: Uint8Array): readonly LineRange[] {
  const ranges: LineRange[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start) + 1;
    ranges.push({ seq: ranges.length + 1, start, end });
    start = end;
  }
  return ranges;
}

/** Changes one bit, so that letters stay letters and digits digits. */
async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
}
