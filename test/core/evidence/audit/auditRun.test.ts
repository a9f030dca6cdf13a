import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { auditRun } from '../../../../src/core/evidence/audit/auditRun.ts';
import { encodeDecisionLine } from '../../../../src/core/evidence/audit/seals.ts';
import { GENESIS_HASH } from '../../../../src/core/journal/journalLines.ts';
import type { Decision } from '../../../../src/protocol/proposals.ts';
import { isTransient } from '../../../../src/protocol/events/runEvents.ts';
import type {
  DurableRunEvent,
  RunEventOf,
  RunEventType,
} from '../../../../src/protocol/events/runEvents.ts';
import { makeEvent } from '../../../protocol/events/eventSamples.ts';
import { audit, fileOf, journalOf, memoryFolder, shortly, type Files } from './memoryFolder.ts';
import { sha256Hex } from '../../../../src/node/sha256Hex.ts';

const SCRIPT = 'return 1;';
const contents = { old: 'one\n', new: 'ONE\n' };
const blobs = {
  [`blobs/${sha256Hex('one\n')}`]: contents.old,
  [`blobs/${sha256Hex('ONE\n')}`]: contents.new,
};
const change = {
  path: 'a.ts',
  base: { sha256: sha256Hex(contents.old), mode: 0o100644 },
  proposed: { sha256: sha256Hex(contents.new), mode: 0o100644 },
};

function durable<T extends RunEventType>(type: T, fields: Partial<RunEventOf<T>>): DurableRunEvent {
  const event = makeEvent(type, fields);
  return isTransient(event) ? assert.fail('a transient event') : event;
}

/** A short run in which agent 1 changes a.ts. */
const events: readonly DurableRunEvent[] = [
  durable('run.started', { scriptSha256: sha256Hex(SCRIPT) }),
  durable('agent.queued', { agentId: 1 }),
  durable('agent.started', { agentId: 1 }),
  durable('agent.ended', { agentId: 1, changes: [change] }),
  durable('proposals.changed', {}),
  durable('run.ended', {}),
].map((event, index) => ({ ...event, seq: index + 1 }));
const lines = journalOf(events);

function sealOf(all: readonly string[], files: Files = {}): string {
  const named = Object.entries(files).map(([name, file]) => [name, sha256Hex(file)] as const);
  const head = sha256Hex(all.at(-1) ?? '');
  return JSON.stringify({ v: 1, seq: all.length, head, files: Object.fromEntries(named) });
}

const whole = { 'journal.jsonl': fileOf(lines), 'script.js': SCRIPT, ...blobs };
const sealed = { ...whole, 'seal.json': sealOf(lines) };

const intent = (path = 'a.ts'): Decision => ({
  type: 'intent',
  decisionId: 'd1',
  at: 1,
  action: 'accept',
  undoes: null,
  by: 'me',
  writes: [
    {
      path,
      hunkIds: ['h1'],
      beforeMode: 0o100644,
      beforeSha256: change.base.sha256,
      afterSha256: change.proposed.sha256,
    },
  ],
});
const written = (path: string): Decision => ({
  type: 'outcome',
  decisionId: 'd1',
  at: 2,
  outcomes: [{ type: 'written', path }],
});

function without(files: Files, name: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([each]) => each !== name));
}

function decisionsOf(decisions: readonly Decision[]): readonly string[] {
  let prev = GENESIS_HASH;
  const journal = { seq: lines.length, head: sha256Hex(lines.at(-1) ?? '') };
  return decisions.map((decision, index) => {
    const line = encodeDecisionLine(decision, { seq: index + 1, prev, journal });
    prev = sha256Hex(line);
    return line;
  });
}

function withDecisions(all: readonly string[]): Files {
  const seal = { v: 1, seq: all.length, head: sha256Hex(all.at(-1) ?? '') };
  const files = { 'decisions.jsonl': fileOf(all), 'decisions.seal.json': JSON.stringify(seal) };
  return { ...sealed, ...files };
}

describe('The audit of a journal', () => {
  const edited = (index: number, from: string | RegExp, to: string): string => {
    const line = lines[index] ?? '';
    const other = line.replace(from, to);
    assert.notEqual(other, line);
    return fileOf(lines.with(index, other));
  };

  it('finds nothing in one that is whole', async () => {
    const result = await audit(sealed);
    assert.deepEqual([result.verdict, result.findings], ['whole', []]);
    assert.equal(result.headHash, sha256Hex(lines.at(-1) ?? ''));
    assert.deepEqual(result.anchor, { type: 'unanchored' });
  });

  const cases: readonly (readonly [string, () => string, number, RegExp])[] = [
    ['a changed field', () => edited(2, '"attempt":1', '"attempt":2'), 3, /Entry 3 was changed/u],
    ['a changed hash', () => edited(2, /"prev":"./u, '"prev":"z'), 3, /Entry 3 was changed/u],
    ['a changed last entry', () => edited(5, ':5}', ':6}'), 6, /Entry 6 is not what was sealed/u],
    ['a changed number', () => edited(2, '"seq":3', '"seq":9'), 3, /its number is 9/u],
    ['another version', () => edited(2, '"v":1', '"v":2'), 3, /version 2, which this Muster/u],
    ['an unknown kind', () => edited(5, '"run.ended"', '"run.xnded"'), 6, /Entry 6 /u],
    ['what is no JSON', () => edited(2, '{', '['), 3, /Entry 3 was changed: line 3 is not a JSON/u],
    [
      'a dropped entry',
      () => fileOf(lines.toSpliced(2, 1)),
      3,
      /Entry 3 is missing before entry 4/u,
    ],
    ['dropped entries', () => fileOf(lines.toSpliced(1, 3)), 2, /Entries 2 to 4 are missing/u],
    ['a dropped first entry', () => fileOf(lines.slice(1)), 1, /Entry 1 is missing/u],
    ['a dropped end', () => fileOf(lines.slice(0, -1)), 6, /Entry 6 is missing at the end/u],
    ['a doubled entry', () => fileOf(lines.toSpliced(2, 0, lines[2] ?? '')), 3, /appears twice/u],
    [
      'swapped entries',
      () => fileOf(lines.with(2, lines[3] ?? '').with(3, lines[2] ?? '')),
      3,
      /Entry 3 comes after entry 4: lines were reordered/u,
    ],
    ['joined lines', () => fileOf(lines).replace('\n', ' '), 1, /Entry 1 was changed/u],
    ['an entry of another journal', () => fileOf(lines.with(3, other)), 4, /Entry 4 was changed/u],
  ];
  const other = journalOf([{ ...(events[3] ?? assert.fail()), seq: 4 }])[0] ?? '';
  for (const [what, journal, seq, message] of cases) {
    it(`names the entry of ${what}`, async () => {
      const result = await audit({ ...sealed, 'journal.jsonl': journal() });
      assert.equal(result.verdict, 'broken');
      const found = result.findings.filter(({ severity }) => severity === 'broken');
      const named = found.filter((finding) => finding.seq === seq);
      assert.match(named.map((finding) => finding.message).join('\n'), message);
    });
  }

  it('names one entry for one changed byte, and no other', async () => {
    const result = await audit({
      ...sealed,
      'journal.jsonl': edited(2, '"attempt":1', '"attempt":2'),
    });
    assert.equal(shortly(result).length, 1);
  });

  it('hashes bytes, so that no two spellings of a broken character pass for each other', async () => {
    const replaced = [
      durable('run.started', { scriptSha256: sha256Hex(SCRIPT), request: 'a\ufffdb' }),
      ...events.slice(1),
    ];
    const before = Buffer.from(fileOf(journalOf(replaced)));
    const at = before.indexOf(Buffer.from('\ufffd'));
    const after = Buffer.concat([
      before.subarray(0, at),
      Buffer.from([0xff]),
      before.subarray(at + 3),
    ]);
    assert.equal((await audit({ ...whole, 'journal.jsonl': before })).verdict, 'whole');
    assert.equal((await audit({ ...whole, 'journal.jsonl': after })).verdict, 'broken');
  });

  it('leaves out a torn last line, and says so', async () => {
    const torn = `${fileOf(lines)}{"v":1,"seq":7`;
    const result = await audit({ ...sealed, 'journal.jsonl': torn });
    assert.equal(result.verdict, 'whole');
    assert.match(shortly(result, 'note').join(), /14 bytes .* cut-off write/u);
  });

  it('says that a run was interrupted, and that its last entry rests on nothing', async () => {
    const result = await audit({ ...whole, 'journal.jsonl': fileOf(lines.slice(0, 4)) });
    assert.equal(result.verdict, 'whole');
    assert.match(shortly(result, 'note').join(), /interrupted/u);
    assert.match(shortly(result, 'uncovered').join(), /journal\.jsonl 4: Nothing in this folder/u);
  });

  it('finds a journal that is gone or empty', async () => {
    const rest = without(sealed, 'journal.jsonl');
    for (const files of [rest, { ...sealed, 'journal.jsonl': '' }]) {
      assert.equal((await audit(files)).verdict, 'broken');
    }
  });

  it('audits a live run up to its last whole line', async () => {
    const journal = `${fileOf(lines.slice(0, 4))}{"v":1`;
    const folder = memoryFolder({ ...whole, 'journal.jsonl': journal, 'script.js': 'new' }, true);
    const { result } = await auditRun(folder, []);
    assert.deepEqual([result.verdict, result.isLive, result.entries], ['whole', true, 4]);
    assert.match(shortly(result, 'note').join(), /The run is still going; entries 1 to 4/u);
  });

  it('reads the journals of every released version', async () => {
    const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/journals');
    for (const version of await readdir(fixtures)) {
      const folder = path.join(fixtures, version);
      const files: Record<string, Uint8Array> = {};
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        files[path.relative(folder, file).replaceAll(path.sep, '/')] = await readFile(file);
      }
      const result = await audit(files);
      assert.deepEqual(shortly(result), [], version);
      assert.match(shortly(result, 'uncovered').join('\n'), /^journal\.jsonl 29: Nothing/mu);
    }
  });
});

describe('The audit of what hangs on a journal', () => {
  const blob = `blobs/${change.base.sha256}`;
  const mark = { name: 'agents/0001/transcript.jsonl', sha256: sha256Hex('said\n'), bytes: 5 };
  const marking = journalOf(
    events.with(3, { ...durable('agent.ended', { changes: [change], files: [mark] }), seq: 4 }),
  );
  const marked = { ...whole, 'journal.jsonl': fileOf(marking), 'seal.json': sealOf(marking) };

  const cases: readonly (readonly [string, Files, RegExp])[] = [
    ['a changed blob', { ...sealed, [blob]: 'two\n' }, /^blobs\/\w+: It was changed/u],
    [
      'another script',
      { ...sealed, 'script.js': 'return 2;' },
      /^script\.js 1: .*entry 1 .*approved/u,
    ],
    [
      'a changed transcript',
      { ...marked, [mark.name]: 'sbid\n' },
      /transcript\.jsonl 4: .*entry 4/u,
    ],
    ['a longer transcript', { ...marked, [mark.name]: 'said\nmore\n' }, /transcript\.jsonl 4: /u],
    ['a shorter transcript', { ...marked, [mark.name]: 'sai' }, /transcript\.jsonl 4: .*shorter/u],
    ['a missing transcript', marked, /transcript\.jsonl 4: It is missing/u],
    [
      'a changed report',
      { ...sealed, 'seal.json': sealOf(lines, { 'report.md': 'good' }), 'report.md': 'bad!' },
      /^report\.md: It was changed since seal\.json/u,
    ],
    [
      'a seal of blanks',
      { ...sealed, 'seal.json': `${sealOf(lines)} ` },
      /^seal\.json: It was changed/u,
    ],
  ];
  for (const [what, files, message] of cases) {
    it(`finds ${what}`, async () => {
      const found = shortly(await audit(files));
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', message);
    });
  }

  it('finds a blob that is gone, and names the entry that refers to it', async () => {
    const rest = without(sealed, blob);
    assert.match(shortly(await audit(rest)).join(), /It is missing, and entry 4 of the journal/u);
  });

  it('lets a transcript grow when its agent began once more and never ended', async () => {
    const again = journalOf([
      ...events.slice(0, 3),
      { ...durable('agent.ended', { outcome: 'failed', changes: [], files: [mark] }), seq: 4 },
      { ...durable('agent.started', { attempt: 2 }), seq: 5 },
    ]);
    const files = { ...whole, 'journal.jsonl': fileOf(again), [mark.name]: 'said\nmore\n' };
    const result = await audit(files);
    assert.equal(result.verdict, 'whole');
    assert.match(
      shortly(result, 'uncovered').join('\n'),
      /transcript\.jsonl 4: What follows byte 5/u,
    );
    assert.equal((await audit({ ...files, [mark.name]: 'sbid\nmore\n' })).verdict, 'broken');
  });

  it('claims nothing of a patch whose agent began once more and never ended', async () => {
    const patch = { name: 'agents/0001/changes.patch', sha256: sha256Hex('+a\n'), bytes: 3 };
    const ended = { ...durable('agent.ended', { changes: [], files: [patch] }), seq: 4 };
    const once = journalOf([...events.slice(0, 3), ended]);
    const files = { ...whole, 'journal.jsonl': fileOf(once), [patch.name]: '+a\n' };
    assert.equal((await audit(files)).verdict, 'whole');
    const changed = await audit({ ...files, [patch.name]: '+b\n' });
    assert.match(shortly(changed).join(), /changes\.patch 4: It is not what entry 4/u);
    const started = { ...durable('agent.started', { attempt: 2 }), seq: 5 };
    const again = fileOf(journalOf([...events.slice(0, 3), ended, started]));
    const result = await audit({ ...files, 'journal.jsonl': again, [patch.name]: '+b\n' });
    assert.equal(result.verdict, 'whole');
    assert.match(shortly(result, 'uncovered').join('\n'), /changes\.patch: .*did not end/u);
  });

  it('claims nothing of a file that nothing names, and lists it', async () => {
    const files = { 'notes.txt': 'mine', [mark.name]: 'old', 'verify/0001/output.log': 'x' };
    const result = await audit({ ...sealed, ...files, 'owner.json': '{}' });
    assert.equal(result.verdict, 'whole');
    assert.deepEqual(
      result.findings.map(({ file, severity }) => [file, severity]),
      Object.keys(files).map((file) => [file, 'uncovered']),
    );
  });
});

describe('The audit of decisions', () => {
  const decisions = decisionsOf([intent(), written('a.ts')]);

  it('leads an applied hunk back to agent, prompt, model, base and approval', async () => {
    const result = await audit(withDecisions(decisions));
    assert.deepEqual([result.verdict, result.findings], ['whole', []]);
    const agent = { agentId: 1, model: 'rules', promptSha256: 'p', baseTree: 'tree' };
    assert.deepEqual(result.applied, [
      {
        path: 'a.ts',
        hunkId: 'h1',
        decisionId: 'd1',
        acceptedBy: 'me',
        agents: [{ ...agent, scriptSha256: sha256Hex(SCRIPT) }],
      },
    ]);
  });

  it('finds a hunk that leads back to no agent', async () => {
    const foreign = [intent('b.ts'), written('b.ts')];
    const result = await audit(withDecisions(decisionsOf(foreign)));
    assert.match(
      shortly(result).join(),
      /^decisions\.jsonl 1: Hunk h1 of b\.ts .* cannot be traced/u,
    );
  });

  it('finds a decision that hangs on another journal', async () => {
    const head = { seq: lines.length, head: 'a'.repeat(64) };
    const line = encodeDecisionLine(intent(), { seq: 1, prev: GENESIS_HASH, journal: head });
    const found = shortly(await audit(withDecisions([line])));
    assert.match(found.join(), /^decisions\.jsonl 1: Entry 1 refers to entry 6 of the journal/u);
  });

  it('claims nothing of decisions that an older Muster wrote, and reads them', async () => {
    const old = [JSON.stringify(intent()), JSON.stringify(written('a.ts'))];
    const result = await audit({ ...sealed, 'decisions.jsonl': fileOf(old) });
    assert.equal(result.verdict, 'whole');
    assert.equal(result.applied.length, 1);
    assert.match(shortly(result, 'uncovered').join(), /older Muster/u);
  });

  it('goes on from such decisions, and lets none stand behind a linked one', async () => {
    const old = JSON.stringify(intent());
    const journal = { seq: lines.length, head: sha256Hex(lines.at(-1) ?? '') };
    const link = { seq: 2, prev: sha256Hex(old), journal };
    const next = encodeDecisionLine(written('a.ts'), link);
    assert.equal((await audit(withDecisions([old, next]))).verdict, 'whole');
    const changed = await audit(withDecisions([old.replace('"me"', '"us"'), next]));
    assert.match(shortly(changed).join(), /^decisions\.jsonl 1: Entry 1 was changed/u);
    const behind = await audit(withDecisions([...decisions, old]));
    assert.match(shortly(behind).join(), /^decisions\.jsonl 3: Entry 3 is not linked/u);
  });

  it('finds decisions that are gone', async () => {
    const rest = without(withDecisions(decisions), 'decisions.jsonl');
    assert.match(shortly(await audit(rest)).join(), /^decisions\.jsonl: It is missing/u);
  });
});

describe('An anchor', () => {
  it('proves all up to the entry that it names', async () => {
    const head = sha256Hex(lines[4] ?? '');
    const { anchor, verdict } = await audit(sealed, [{ type: 'hash', head }]);
    assert.deepEqual([anchor, verdict], [{ type: 'anchored', by: 'hash', seq: 5 }, 'whole']);
  });

  it('refutes a journal that was written anew, however well it hangs together', async () => {
    const forged = journalOf(
      events.with(0, { ...durable('run.started', { request: 'x' }), seq: 1 }),
    );
    const files = { ...whole, 'journal.jsonl': fileOf(forged), 'seal.json': sealOf(forged) };
    const head = sha256Hex(lines.at(-1) ?? '');
    const { anchor, verdict } = await audit(files, [{ type: 'hash', head }]);
    assert.deepEqual([anchor, verdict], [{ type: 'refuted' }, 'broken']);
  });

  it('that was signed speaks for every file', async () => {
    const files = new Map([['report.md', sha256Hex('good')]]);
    const head = sha256Hex(lines.at(-1) ?? '');
    const signed = { type: 'signature' as const, keyId: 'k', head, decisionsHead: null, files };
    const good = await audit({ ...sealed, 'report.md': 'good' }, [signed]);
    assert.deepEqual(good.anchor, { type: 'anchored', by: 'signature', seq: 6 });
    const bad = await audit({ ...sealed, 'report.md': 'bad' }, [signed]);
    assert.match(shortly(bad).join(), /^report\.md: It was changed since it was signed/u);
    const gone = await audit(sealed, [signed]);
    assert.match(shortly(gone).join(), /^report\.md: It is missing since it was signed/u);
  });
});
