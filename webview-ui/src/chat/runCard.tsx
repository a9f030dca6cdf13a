import type { JSX } from 'preact';
import { plural } from '../../../src/base/format.ts';
import type { ChatFromWebview } from '../../../src/protocol/webviews/chatMessages.ts';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { describeElapsed } from '../shared/clock.ts';
import { Icon } from '../shared/icon.tsx';
import { useKeptFocus } from '../shared/keepFocus.ts';
import { ProgressBar } from '../shared/progressBar.tsx';
import {
  commonCause,
  describeCost,
  describeLimits,
  describeProgress,
  describeTokens,
  doneCount,
  totalCount,
} from '../shared/runFacts.ts';
import { canBeControlled } from '../shared/runSituation.ts';
import { describeRunState, explainStandstill } from '../shared/stateWords.ts';
import { controlButtons } from '../shared/controlButtons.ts';
import { ReportCardBody } from './reportCard.tsx';

type RunMessage = Extract<ChatFromWebview, { type: 'run' }>;

export interface RunCardProps {
  readonly run: RunSummary;
  readonly post: (message: RunMessage) => void;
}

/** A run while it is live, and its report afterwards. */
export function RunCard({ run, post }: RunCardProps): JSX.Element {
  const card = useKeptFocus();
  const live = canBeControlled(run);
  const hasReport = !live && run.state !== 'interrupted';
  const words = describeRunState(run, run.openGates.length);
  const act = (action: RunMessage['action']): void =>
    post({ type: 'run', runId: run.runId, action });
  return (
    <article
      class="card run"
      aria-label={`${live ? 'Run' : 'Report'}: ${run.name}`}
      tabIndex={-1}
      ref={card}
    >
      <p class="kicker">
        <Icon name={words.icon} tone={words.tone} />
        {hasReport ? `Report · ${words.text.toLowerCase()}` : words.text}
        <span class="spacer" />
        <Elapsed run={run} />
      </p>
      <h2>{run.name}</h2>
      <Standstill run={run} />
      {live ? <LiveRunBody run={run} act={act} /> : <ReportCardBody run={run} act={act} />}
    </article>
  );
}

function Elapsed({ run }: { readonly run: RunSummary }): JSX.Element {
  const endedAt = run.state === 'running' ? null : run.endedAt;
  return <span class="elapsed">{describeElapsed(run.startedAt, endedAt)}</span>;
}

function Standstill({ run }: { readonly run: RunSummary }): JSX.Element | null {
  const explanation = explainStandstill(run);
  const causes = [run.error?.message ?? run.stateMessage, breakerCause(run)];
  const shown = causes.filter((cause) => cause !== null);
  if (explanation === null && shown.length === 0) return null;
  return (
    <div class="notice">
      {shown.map((cause) => (
        <p key={cause}>{cause}</p>
      ))}
      {explanation === null ? null : <p class="quietText">{explanation}</p>}
    </div>
  );
}

function breakerCause(run: RunSummary): string | null {
  if (run.pauseReason !== 'breaker') return null;
  const cause = commonCause(run.failures);
  const isSaid = cause === null || run.stateMessage?.includes(cause) === true;
  return isSaid ? null : `Common cause: ${cause}`;
}

interface BodyProps {
  readonly run: RunSummary;
  readonly act: (action: RunMessage['action']) => void;
}

function LiveRunBody({ run, act }: BodyProps): JSX.Element {
  return (
    <>
      <PhaseProgress run={run} />
      <dl class="facts">
        {run.openGates.length === 0 ? null : (
          <>
            <dt>Questions</dt>
            <dd>{run.openGates.length} waiting for your answer</dd>
          </>
        )}
        <dt>Agents</dt>
        <dd>{describeProgress(run.counts)}</dd>
        <dt>Tokens</dt>
        <dd>{describeTokens(run.usage)}</dd>
        <dt>Cost</dt>
        <dd>{describeCost(run.usd)}</dd>
        <dt>Limits</dt>
        <dd>{describeLimits({ ...run.limits, concurrency: run.concurrency })}</dd>
      </dl>
      <div class="buttons">
        {controlButtons(run, run.openGates.length).map(({ action, key, label, look }) => (
          <ActionButton
            key={key}
            look={look}
            label={label}
            title={explainAction(action, run)}
            onPress={() => act(action)}
          />
        ))}
        <ActionButton look="quiet" label="Open run tree" onPress={() => act('openTree')} />
      </div>
    </>
  );
}

function explainAction(action: RunMessage['action'], run: RunSummary): string | undefined {
  if (action !== 'cancel') return undefined;
  const running = plural(run.counts.running, 'running agent');
  return `Stops ${running} and drops ${run.counts.queued} queued; finished work is kept`;
}

function PhaseProgress({ run }: { readonly run: RunSummary }): JSX.Element {
  return (
    <ul class="phaseProgress" aria-label="Phases">
      {run.phases.map(({ title, counts }) => (
        <li key={title}>
          <span class="phaseTitle">{title}</span>
          <span class="phaseCounts">
            {counts.failed > 0 ? `${counts.failed} failed · ` : ''}
            {totalCount(counts) === 0
              ? 'not started'
              : `${doneCount(counts)} of ${totalCount(counts)}`}
          </span>
          <ProgressBar label={`Phase ${title}`} counts={counts} />
        </li>
      ))}
    </ul>
  );
}
