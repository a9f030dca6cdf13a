import type { JSX } from 'preact';
import { formatUsd, plural } from '../../../src/base/format.ts';
import type { RunTreeFromWebview } from '../../../src/protocol/runTreeMessages.ts';
import type { RunView } from '../../../src/protocol/runView.ts';
import { addTokens } from '../../../src/protocol/runLimits.ts';
import { countStatuses } from '../../../src/protocol/summarizeRun.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { describeElapsed } from '../shared/clock.ts';
import { Icon } from '../shared/icon.tsx';
import {
  canBeResumed,
  canBeSteered,
  describeProgress,
  describeTokens,
} from '../shared/runFacts.ts';
import { explainStandstill, runWords, verdictWords } from '../shared/stateWords.ts';

type RunAction = Extract<RunTreeFromWebview, { type: 'run' }>['action'];

export interface RunHeaderProps {
  readonly view: RunView;
  readonly act: (action: RunAction) => void;
}

/** Name, state and figures of the run, and what can be done with it as a whole. */
export function RunHeader({ view, act }: RunHeaderProps): JSX.Element {
  const words = runWords[view.state];
  const standstill = explainStandstill(view);
  const cause = view.error?.message ?? view.stateMessage;
  return (
    <header class="runHeader">
      <div class="titleLine">
        <h1>
          <Icon name={words.icon} tone={words.tone} />
          <span class="runName">{view.meta.name}</span>
          <span class="quietText runState">{describeState(view)}</span>
        </h1>
        <RunButtons view={view} act={act} />
      </div>
      <Figures view={view} />
      {cause === null ? null : <p class="runNote">{cause}</p>}
      {standstill === null ? null : <p class="runNote quietText">{standstill}</p>}
    </header>
  );
}

function describeState(view: RunView): string {
  const state = runWords[view.state].text;
  return canBeSteered(view.state) ? state : `${state} · ${verdictWords[view.verdict].text}`;
}

function Figures({ view }: { readonly view: RunView }): JSX.Element {
  const endedAt = view.state === 'running' ? null : view.endedAt;
  const running = view.agents.filter((agent) => agent.status === 'running');
  const usage = running.reduce((sum, agent) => addTokens(sum, agent.usage), view.usage);
  const figures = [
    describeProgress(countStatuses(view.agents)),
    describeElapsed(view.startedAt, endedAt),
    formatUsd(view.usd),
    describeTokens(usage),
    `${view.concurrency} at once`,
  ];
  return <p class="figures">{figures.join('  ·  ')}</p>;
}

function RunButtons({ view, act }: RunHeaderProps): JSX.Element {
  const live = canBeSteered(view.state);
  const counts = countStatuses(view.agents);
  const hit = `${plural(counts.running, 'agent')} running, ${counts.queued} queued; finished work stays`;
  const pending = view.proposals.pending;
  return (
    <div class="runButtons" role="group" aria-label="Run actions">
      {view.state === 'running' ? (
        <ActionButton
          key="go"
          icon="debug-pause"
          look="quiet"
          label="Pause"
          onPress={() => act('pause')}
        />
      ) : null}
      {canBeResumed(view.state) ? (
        <ActionButton
          key="go"
          icon="debug-continue"
          look="quiet"
          label="Resume"
          onPress={() => act('resume')}
        />
      ) : null}
      {live ? (
        <>
          <ActionButton
            icon="dashboard"
            look="quiet"
            label="Throttle"
            onPress={() => act('throttle')}
          />
          <ActionButton
            icon="debug-stop"
            look="quiet"
            label="Cancel"
            title={`Cancel run: ${hit}`}
            onPress={() => act('cancel')}
          />
        </>
      ) : (
        <ActionButton icon="report" look="quiet" label="Report" onPress={() => act('openReport')} />
      )}
      {view.proposals.files === 0 ? null : (
        <ActionButton
          icon="diff-multiple"
          look={pending > 0 && !live ? 'primary' : 'quiet'}
          label={pending > 0 ? `Review ${plural(pending, 'change')}` : 'Review'}
          onPress={() => act('review')}
        />
      )}
    </div>
  );
}
