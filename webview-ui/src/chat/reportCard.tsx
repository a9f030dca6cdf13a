import type { ComponentChildren, JSX } from 'preact';
import { plural } from '../../../src/base/format.ts';
import type { ChatFromWebview } from '../../../src/protocol/webviews/chatMessages.ts';
import type { Receipt } from '../../../src/protocol/receipt.ts';
import { STALE_WORDS } from '../../../src/protocol/view/staleWords.ts';
import { canVerifyAccepted } from '../../../src/protocol/view/canVerifyAccepted.ts';
import { lastLinesOf } from '../../../src/protocol/view/lastLines.ts';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { verdictTouched } from '../../../src/protocol/view/touchedWords.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { Icon } from '../shared/icon.tsx';
import {
  describeCost,
  describeProgress,
  describeProposals,
  describeReceipt,
  describeTokens,
  totalCount,
} from '../shared/runFacts.ts';
import { VERDICT_WORDS } from '../shared/stateWords.ts';
import { controlButtons } from '../shared/controlButtons.ts';

/** Failures, and failed tests of one receipt, that a card names; the report has them all. */
const MAX_FAILURES = 5;
const MAX_FAILED_TESTS = 3;

export interface ReportCardBodyProps {
  readonly run: RunSummary;
  readonly act: (action: Extract<ChatFromWebview, { type: 'run' }>['action']) => void;
}

/** The end of a run: verdict and evidence, what changed, what failed, what it cost. */
export function ReportCardBody({ run, act }: ReportCardBodyProps): JSX.Element {
  return (
    <>
      <VerdictLine run={run} />
      {run.receipts.length === 0 ? null : (
        <Section title="Receipts">
          {run.receipts.map((receipt) => (
            <ReceiptLine
              key={receipt.verifyId}
              receipt={receipt}
              isStale={run.staleReceipts.includes(receipt.verifyId)}
            />
          ))}
        </Section>
      )}
      <Failures run={run} />
      <dl class="facts">
        <dt>Changes</dt>
        <dd>{describeProposals(run.proposals)}</dd>
        <dt>Agents</dt>
        <dd>{totalCount(run.counts) === 0 ? 'None' : describeProgress(run.counts)}</dd>
        <dt>Cost</dt>
        <dd>
          {describeCost(run.usd)} <span class="quietText">({describeTokens(run.usage)})</span>
        </dd>
      </dl>
      <ReportButtons run={run} act={act} />
    </>
  );
}

function VerdictLine({ run }: { readonly run: RunSummary }): JSX.Element {
  const words = VERDICT_WORDS[run.verdict];
  const touched = verdictTouched(run.receipts);
  return (
    <p class="verdict">
      <Icon name={words.icon} tone={words.tone} />
      <span>
        <strong>{words.text}</strong>
        <span class="quietText"> {explainVerdict(run)}</span>
        {touched === null ? null : <span>; {touched}</span>}
      </span>
    </p>
  );
}

function explainVerdict({ verdict, receipts, staleReceipts }: RunSummary): string {
  switch (verdict) {
    case 'passed':
      return `on the proposed files (${plural(receipts.length, 'receipt')})`;
    case 'failed':
      return 'the proposed files fail their checks';
    case 'unverified':
      if (receipts.length === 0) return 'no command has checked the proposed files';
      return staleReceipts.length > 0
        ? 'the receipts are for an earlier version of the proposed files'
        : 'a required command has not passed on the proposed files';
  }
}

interface ReceiptLineProps {
  readonly receipt: Receipt;
  /** It is about another tree than the one that is proposed now. */
  readonly isStale: boolean;
}

function ReceiptLine({ receipt, isStale }: ReceiptLineProps): JSX.Element {
  const broken = receipt.regressions.length > 0 ? receipt.regressions : receipt.failedTests;
  const hidden = broken.length - MAX_FAILED_TESTS;
  return (
    <li>
      <Icon name={receipt.ok ? 'pass' : 'error'} tone={receipt.ok ? 'ok' : 'failed'} />
      <span>
        <code>{receipt.command}</code> — {describeReceipt(receipt)}
        {isStale ? <span class="quietText"> · {STALE_WORDS}</span> : null}
        {broken.slice(0, MAX_FAILED_TESTS).map((name) => (
          <span key={name} class="detailLine quietText">
            {name}
          </span>
        ))}
        {hidden > 0 ? <span class="detailLine quietText">and {hidden} more</span> : null}
        {(receipt.touched?.named ?? [])
          .slice(0, MAX_FAILED_TESTS)
          .map(({ path, how, weakened }) => (
            <span key={path} class="detailLine quietText">
              <code>{path}</code> {how}
              {weakened === undefined ? '' : `: ${weakened}`}
            </span>
          ))}
        {receipt.ok ? null : <LastLines output={receipt.output} />}
      </span>
    </li>
  );
}

/** What a command that did not pass printed last. */
function LastLines({ output }: { readonly output: string }): JSX.Element | null {
  const lines = lastLinesOf(output);
  if (lines.length === 0) return null;
  return (
    <details>
      <summary class="quietText">Last lines</summary>
      <pre class="outputLines" tabIndex={0} aria-label="Last lines of the command">
        {lines.join('\n')}
      </pre>
    </details>
  );
}

function Failures({ run }: { readonly run: RunSummary }): JSX.Element | null {
  if (run.failures.length === 0) return null;
  const shown = run.failures.slice(0, MAX_FAILURES);
  const hidden = Math.max(run.counts.failed, run.failures.length) - shown.length;
  return (
    <Section title="Failures">
      {shown.map((failure, index) => (
        <li key={index}>
          <Icon name="error" tone="failed" />
          <span>
            {failure.label}
            <span class="quietText"> {failure.message}</span>
          </span>
        </li>
      ))}
      {hidden > 0 ? <li class="quietText">and {hidden} more in the run tree</li> : null}
    </Section>
  );
}

function Section(props: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="section" aria-label={props.title}>
      <h3>{props.title}</h3>
      <ul class="findings">{props.children}</ul>
    </section>
  );
}

function ReportButtons({ run, act }: ReportCardBodyProps): JSX.Element {
  // What was interrupted or stopped is not done: going on comes before looking at what there is.
  const isUnfinished = run.state === 'interrupted' || run.state === 'paused';
  const { pending, conflicts } = run.proposals;
  const worthReview = pending + conflicts > 0 && !isUnfinished;
  const resume = controlButtons(run, 0).map(({ action, label }) => (
    <ActionButton
      key={action}
      look={isUnfinished ? 'primary' : 'secondary'}
      label={label}
      onPress={() => act(action)}
    />
  ));
  return (
    <div class="buttons">
      {isUnfinished ? resume : null}
      {run.proposals.files === 0 ? null : (
        <ActionButton
          look={worthReview ? 'primary' : 'secondary'}
          label="Review changes"
          onPress={() => act('review')}
        />
      )}
      {canVerifyAccepted(run) ? (
        <ActionButton label="Verify accepted files" onPress={() => act('verifyAccepted')} />
      ) : null}
      {isUnfinished ? null : resume}
      <ActionButton label="Open report" onPress={() => act('openReport')} />
      <ActionButton label="Open script" onPress={() => act('openScript')} />
      <ActionButton look="quiet" label="Open run tree" onPress={() => act('openTree')} />
    </div>
  );
}
