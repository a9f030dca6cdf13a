import assert from 'node:assert/strict';
import { auditRun } from '../../../../src/core/evidence/audit/auditRun.ts';
import {
  describeHead,
  readReportHead,
} from '../../../../src/core/evidence/runReport/reportHead.ts';
import { durableEvent } from '../../../protocol/events/eventSamples.ts';
import { audit, fileOf, journalOf, memoryFolder, shortly, type Files } from './memoryFolder.ts';
import { sha256Hex } from '../../../../src/node/sha256Hex.ts';

const SCRIPT = 'return 1;';
const scriptSha256 = sha256Hex(SCRIPT);
const events = [
  durableEvent('run.started', { scriptSha256 }),
  durableEvent('proposals.changed', {}),
  durableEvent('run.ended', {}),
].map((event, index) => ({ ...event, seq: index + 1 }));
const lines = journalOf(events);
const head = sha256Hex(lines.at(-1) ?? '');

/** A run's folder with this report, sealed as it is. */
function folderWith(report: string, all: readonly string[] = lines): Files {
  const files = { 'report.md': sha256Hex(report) };
  const seal = { v: 1, seq: all.length, head: sha256Hex(all.at(-1) ?? ''), files };
  return {
    'journal.jsonl': fileOf(all),
    'script.js': SCRIPT,
    'report.md': report,
    'seal.json': JSON.stringify(seal),
  };
}

const reportOf = (seq: number, named = head): string =>
  `# Run\n\n${describeHead({ seq, head: named })}\n`;

describe('The audit of a report', () => {
  it('holds the head that it names against the chain, and calls that no anchor', async () => {
    const result = await audit(folderWith(reportOf(3)));
    assert.deepEqual([result.verdict, result.findings], ['whole', []]);
    assert.deepEqual([result.reportSeq, result.anchor], [3, { type: 'unanchored' }]);
  });

  it('takes the hash of a copy that was kept elsewhere for an anchor', async () => {
    const kept = readReportHead(reportOf(3)) ?? assert.fail();
    const { anchor } = await audit(folderWith('# Another\n'), [{ type: 'hash', head: kept.head }]);
    assert.deepEqual(anchor, { type: 'anchored', by: 'hash', seq: 3 });
  });

  const wrong: readonly (readonly [string, number, string])[] = [
    ['a hash that no entry has', 3, 'f'.repeat(64)],
    ['the hash of another entry', 2, head],
    ['an entry that does not exist', 60, head],
  ];
  for (const [what, seq, named] of wrong) {
    it(`is broken by ${what}, although the seal was made anew`, async () => {
      const result = await audit(folderWith(reportOf(seq, named)));
      assert.deepEqual([result.verdict, result.reportSeq], ['broken', null]);
      const [finding] = shortly(result);
      const start = `report.md: It names ${named} as entry ${seq}, and the journal has no such`;
      assert.ok(finding?.startsWith(start), finding);
    });
  }

  it('says that the run went on after it', async () => {
    const resumed = { ...durableEvent('run.resumed', { scriptSha256 }), seq: 4 };
    const result = await audit(folderWith(reportOf(3), journalOf([...events, resumed])));
    assert.deepEqual([result.verdict, result.reportSeq], ['whole', 3]);
    const note = 'report.md: It covers the run up to entry 3; the run continued after that.';
    assert.ok(shortly(result, 'note').includes(note), shortly(result, 'note').join());
  });

  it('says nothing where it names no head, or where the run goes on', async () => {
    const old = await audit(folderWith('# Run\n'));
    assert.deepEqual([old.verdict, old.reportSeq, old.findings], ['whole', null, []]);
    const live = (await auditRun(memoryFolder(folderWith(reportOf(3)), true), [])).result;
    assert.equal(live.reportSeq, null);
  });
});
