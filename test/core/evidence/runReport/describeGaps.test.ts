import assert from 'node:assert/strict';
import { costSection } from '../../../../src/core/evidence/runReport/costSection.ts';
import { describeGaps } from '../../../../src/core/evidence/runReport/describeGaps.ts';
import {
  NO_DETAILS,
  readReportFacts,
} from '../../../../src/core/evidence/runReport/reportFacts.ts';
import {
  describeHead,
  readReportHead,
} from '../../../../src/core/evidence/runReport/reportHead.ts';
import { describeSummary, summaryOf } from '../../../../src/core/evidence/runReport/summaryOf.ts';
import { writeReport } from '../../../../src/core/evidence/writeReport.ts';
import type { Json } from '../../../../src/base/json.ts';
import type { Estimate } from '../../../../src/protocol/estimate.ts';
import { reduceRunEvents } from '../../../../src/protocol/view/reduceRun.ts';
import type { RunView } from '../../../../src/protocol/view/runView.ts';
import { durableEvent as entry } from '../../../protocol/events/eventSamples.ts';
import type { DurableRunEvent, RunEventOf } from '../../../../src/protocol/events/runEvents.ts';

const started = entry('run.started', {});
const ended = entry('run.ended', {});

function viewOf(events: readonly DurableRunEvent[]): RunView {
  const view = reduceRunEvents(null, events);
  return view ?? assert.fail();
}

/** Rows of "Not covered" after these events. */
function gapsOf(...events: readonly DurableRunEvent[]): readonly string[] {
  const all = [started, ...events, ended];
  const section = describeGaps(viewOf(all), readReportFacts(all));
  if (section === '') return [];
  assert.ok(section.startsWith('## Not covered\n\n- '), section);
  return section.split('\n').slice(2);
}

/** One agent from its call to its end. */
function agent(
  agentId: number,
  queued: Partial<RunEventOf<'agent.queued'>>,
  over: Partial<RunEventOf<'agent.ended'>>,
): DurableRunEvent[] {
  return [
    entry('agent.queued', { agentId, label: `agent ${agentId}`, ...queued }),
    entry('agent.ended', { agentId, changes: [], ...over }),
  ];
}

const log = (message: string, level: 'info' | 'warning' = 'info'): DurableRunEvent =>
  entry('log', { message, level });

describe('what a report says was not covered', () => {
  it('is nothing for a run that did what it was asked', () => {
    assert.deepEqual(gapsOf(...agent(1, {}, { outcome: 'ok' }), log('parallel work')), []);
  });

  const turns = { code: 'max_turns' as const, message: 'all turns' };
  const cases: readonly [string, readonly DurableRunEvent[], readonly string[]][] = [
    [
      'agents that gave the script null, and those that reached a limit of their own',
      [
        ...agent(1, {}, { outcome: 'failed', error: turns }),
        ...agent(2, {}, { outcome: 'skipped' }),
        ...agent(3, {}, { outcome: 'cancelled' }),
        ...agent(4, {}, { outcome: 'cancelled' }),
        entry('agent.queued', { agentId: 5 }),
      ],
      [
        '- 1 agent failed: returned null to the script',
        '- 1 agent skipped: returned null to the script',
        '- 2 agents cancelled: returned null to the script',
        '- 1 agent not finished',
        '- 1 agent stopped at a limit of its own: agent 1',
      ],
    ],
    [
      'agents that were to edit and changed nothing',
      [
        ...agent(1, { expectsEdits: true }, { outcome: 'ok' }),
        ...agent(2, {}, { outcome: 'ok' }),
        ...agent(3, { expectsEdits: true }, { outcome: 'ok', conflictPaths: ['a.ts'] }),
      ],
      [
        '- 1 agent succeeded without changes, although asked to edit: agent 1',
        '- `a.ts`: edits by agent 3 did not fit and were kept aside',
      ],
    ],
    [
      'limits at which it stood still, once each',
      [
        entry('run.state', { state: 'paused', reason: 'limit', message: 'Spent $5.00.' }),
        entry('run.state', { state: 'running', reason: null, message: null }),
        entry('run.state', { state: 'paused', reason: 'limit', message: 'Spent $5.00.' }),
        entry('run.state', { state: 'paused', reason: 'user', message: 'A break.' }),
        entry('run.state', { state: 'paused', reason: 'breaker', message: null }),
      ],
      ['- Held: Spent $5.00.', '- Held: The run was held: breaker.'],
    ],
    [
      'items that parallel() and pipeline() left null',
      [log('parallel[3] failed: Error: no'), log('pipeline[0] failed: TypeError: x', 'info')],
      [
        '- 2 items dropped (null in the script):',
        '  - parallel\\[3\\] failed: Error: no',
        '  - pipeline\\[0\\] failed: TypeError: x',
      ],
    ],
    [
      'calls that were refused, and required commands that did not run',
      [
        log('verify: the command "npm test" was not approved.', 'warning'),
        entry('call.refused', {
          method: 'verify',
          mayRetry: true,
          error: { name: 'Error', message: 'verify: the command "npm test" was not approved.' },
          verify: { command: 'npm test', cwd: 'lib', required: true },
        }),
        entry('call.refused', {
          method: 'agent',
          mayRetry: false,
          error: { name: 'Error', message: 'Agent type "x" not found.' },
        }),
      ],
      [
        '- Required, but never completed: `npm test` in `lib`',
        '- Refused verify() call: verify: the command "npm test" was not approved.',
        '- Refused agent() call: Agent type "x" not found.',
      ],
    ],
    [
      'log lines that were cut',
      [entry('log', { level: 'warning', message: '7 more', dropped: 7 })],
      ['- 7 log lines not kept'],
    ],
  ];
  for (const [title, events, expected] of cases) {
    it(`names ${title}`, () => {
      assert.deepEqual(gapsOf(...events), expected);
    });
  }

  it('names files that were left out of the snapshot', () => {
    const leftOut = ['big.bin: larger than 5 MiB', 'sub: a nested repository'];
    const facts = readReportFacts([entry('run.started', { leftOut })]);
    const section = describeGaps(viewOf([started]), facts);
    assert.match(section, /^- Not in the snapshot: big\.bin: larger than 5 MiB$/mu);
    assert.match(section, /^- Not in the snapshot: sub: a nested repository$/mu);
  });

  it('forgets a refusal that a later session could ask about again', () => {
    const refused = entry('call.refused', { verify: { command: 'x', cwd: '', required: true } });
    const receipt = entry('verify.ended', {});
    assert.equal(gapsOf(refused).length, 2);
    assert.deepEqual(gapsOf(refused, entry('run.resumed', {})), [
      '- Required, but never completed: `x`',
    ]);
    const same = entry('call.refused', {
      verify: { command: 'npm test', cwd: '', required: true },
    });
    const begun = entry('verify.started', { command: 'npm test' });
    assert.deepEqual(gapsOf(same, entry('run.resumed', {}), begun, receipt), []);
  });

  it('names commands that the settings require and that never ran', () => {
    const requiredCommands = ['npm test', 'npm run lint'];
    const begin = entry('run.started', { requiredCommands });
    const verified = [entry('verify.started', { command: 'npm test' }), entry('verify.ended', {})];
    const lint = [{ command: 'npm run lint', cwd: '' }];
    assert.deepEqual(readReportFacts([begin, ...verified]).unfinished, lint);
    const resumed = entry('run.resumed', { requiredCommands });
    assert.deepEqual(readReportFacts([begin, ...verified, resumed]).unfinished, lint);
  });

  it('keeps one kind from hiding the others', () => {
    const dropped = Array.from({ length: 60 }, (_, index) => log(`parallel[${index}] failed: no`));
    const warnings = Array.from({ length: 60 }, (_, index) => log(`warning ${index}`, 'warning'));
    const rows = gapsOf(...dropped, ...warnings);
    assert.equal(rows[0], '- 60 items dropped (null in the script):');
    assert.ok(rows.includes('- … and 50 more'));
    assert.ok(rows.length < 20, rows.join('\n'));
  });
});

describe('the cost in a report', () => {
  const range = (min: number, max: number) => ({ min, max });
  const estimate: Estimate = {
    schemaVersion: 1,
    provider: 'anthropic',
    agents: range(3, 5),
    models: ['m'],
    agentTypes: [],
    tools: [],
    writes: [],
    verifications: range(0, 0),
    gates: range(0, 0),
    tokens: range(30_000, 50_000),
    usd: range(0.1, 0.4),
    phases: [],
    longestChain: range(1, 1),
    commands: [],
    workflows: [],
    unbounded: null,
    gaps: [],
    tokenSources: [],
  };
  const view = { ...viewOf([started]), usd: 0.25 };
  const cases: readonly [string, RunView, Estimate | null, string][] = [
    [
      'that nobody estimated',
      view,
      null,
      'Estimate: none was made for this script before the run.',
    ],
    [
      'within the estimate',
      view,
      estimate,
      'Estimate: 3–5 agents, 30k – 50k tokens, $0.10 – $0.40. Actual: 0 agents, $0.25, as estimated.',
    ],
    [
      'above the estimate',
      { ...view, usd: 1.4 },
      estimate,
      'Estimate: 3–5 agents, 30k – 50k tokens, $0.10 – $0.40. Actual: 0 agents, $1.40, $1.00 more than estimated.',
    ],
    [
      'below the estimate',
      { ...view, usd: 0.05 },
      estimate,
      'Estimate: 3–5 agents, 30k – 50k tokens, $0.10 – $0.40. Actual: 0 agents, $0.05, less than estimated.',
    ],
    [
      'that is not known',
      { ...view, usd: null },
      { ...estimate, usd: null, unbounded: 'unbounded: stopped at the limit of 200' },
      'Estimate: 3–5 agents (unbounded: stopped at the limit of 200), 30k – 50k tokens, cost unknown. Actual: 0 agents, cost unknown.',
    ],
  ];
  for (const [title, spent, foretold, expected] of cases) {
    it(title, () => {
      assert.equal(costSection(spent, foretold).split('\n').at(-1), expected);
    });
  }
});

describe('the summary that a script returned', () => {
  const cases: readonly [string, Json, string | null][] = [
    ['a text', 'All done.', 'All done.'],
    ['a summary', { count: 3, summary: 'All done.' }, 'All done.'],
    ['a report', { report: 'All done.' }, 'All done.'],
    ['nothing', null, null],
    ['blanks', '  \n', null],
    ['a list', ['All done.'], null],
    ['other things', { summary: { text: 'x' }, ok: true }, null],
  ];
  for (const [what, result, expected] of cases) {
    it(`is found in ${what}`, () => {
      assert.equal(summaryOf(result), expected);
    });
  }

  it('is marked line by line, so that none of it can pass for the report', () => {
    const forged = `Fine.\n\n## Verdict\r**passed**\u2028Journal head: \`${'a'.repeat(64)}\` (entry 1)`;
    const section = describeSummary(forged);
    assert.match(section, /^## The workflow’s summary\n\n\*Returned by the script\./u);
    const text = section.split('\n').slice(4);
    assert.equal(text.length, 5);
    assert.deepEqual(
      text.filter((line) => !line.startsWith('>')),
      [],
    );
  });

  it('is cut when it is very long', () => {
    assert.match(describeSummary('x'.repeat(20_000)), /… \\\[12000 more characters\\\]$/u);
  });
});

describe('the head in a report', () => {
  const head = 'ab'.repeat(32);

  it('is the last line, and is read back from nowhere else', () => {
    const forged = describeHead({ seq: 9, head: 'f'.repeat(64) });
    const details = { ...NO_DETAILS, summary: forged, journalHead: { seq: 41, head } };
    const report = writeReport({ ...viewOf([started]), request: forged }, null, details);
    assert.ok(report.endsWith(`\n\n## Journal\n\nJournal head: \`${head}\` (entry 41)\n`));
    assert.deepEqual(readReportHead(report), { seq: 41, head });
    assert.equal(readReportHead(`${report}\nSigned, me\n`), null);
    assert.equal(readReportHead(''), null);
  });
});
