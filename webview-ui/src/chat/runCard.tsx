import type { JSX } from 'preact';
import { plural } from '../../../src/base/format.ts';
import type { ChatFromWebview } from '../../../src/protocol/chatMessages.ts';
import type { RunSummary } from '../../../src/protocol/summarizeRun.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { describeElapsed } from '../shared/clock.ts';
import { Icon } from '../shared/icon.tsx';
import { useKeptFocus } from '../shared/keepFocus.ts';
import { ProgressBar } from '../shared/progressBar.tsx';
import {
  canBeSteered,
  describeCost,
  describeLimits,
  describeProgress,
  describeTokens,
  doneCount,
  totalCount,
} from '../shared/runFacts.ts';
import { explainStandstill, runWords } from '../shared/stateWords.ts';
import { ReportCardBody } from './reportCard.tsx';

type RunMessage = Extract<ChatFromWebview, { type: 'run' }>;

export interface RunCardProps {
  readonly run: RunSummary;
  readonly post: (message: RunMessage) => void;
}

/** A run while it is live, and its report afterwards. */
export function RunCard({ run, post }: RunCardProps): JSX.Element {
  const card = useKeptFocus();
  const live = canBeSteered(run.state);
  const hasReport = !live && run.state !== 'interrupted';
  const words = runWords[run.state];
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
  const cause = run.error?.message ?? run.stateMessage;
  if (explanation === null && cause === null) return null;
  return (
    <div class="notice">
      {cause === null ? null : <p>{cause}</p>}
      {explanation === null ? null : <p class="quietText">{explanation}</p>}
    </div>
  );
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
        <dt>Agents</dt>
        <dd>{describeProgress(run.counts)}</dd>
        <dt>Tokens</dt>
        <dd>{describeTokens(run.usage)}</dd>
        <dt>Cost</dt>
        <dd>{describeCost(run.usd)}</dd>
        <dt>Caps</dt>
        <dd>{describeLimits({ ...run.limits, concurrency: run.concurrency })}</dd>
      </dl>
      <div class="buttons">
        <PauseButton run={run} act={act} />
        <ActionButton label="Throttle" onPress={() => act('throttle')} />
        <ActionButton
          label="Cancel"
          title={`Stops ${plural(run.counts.running, 'running agent')} and drops ${run.counts.queued} queued; finished work stays`}
          onPress={() => act('cancel')}
        />
        <ActionButton look="quiet" label="Open run tree" onPress={() => act('openTree')} />
      </div>
    </>
  );
}

function PauseButton({ run, act }: BodyProps): JSX.Element {
  const paused = run.state === 'paused';
  return (
    <ActionButton
      look={paused ? 'primary' : 'secondary'}
      label={paused ? 'Resume' : 'Pause'}
      onPress={() => act(paused ? 'resume' : 'pause')}
    />
  );
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
