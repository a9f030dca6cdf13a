import type { JSX } from 'preact';
import { formatUsd, plural } from '../../../src/base/format.ts';
import type { RunTreeFromWebview } from '../../../src/protocol/webviews/runTreeMessages.ts';
import type { RunView } from '../../../src/protocol/view/runView.ts';
import { addTokens } from '../../../src/protocol/runLimits.ts';
import { countStatuses } from '../../../src/protocol/view/summarizeRun.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { describeElapsed } from '../shared/clock.ts';
import { Icon } from '../shared/icon.tsx';
import { describeProgress, describeTokens } from '../shared/runFacts.ts';
import { canBeControlled } from '../shared/runSituation.ts';
import { describeRunState, explainStandstill, VERDICT_WORDS } from '../shared/stateWords.ts';
import { controlButtons } from '../shared/controlButtons.ts';

type RunAction = Extract<RunTreeFromWebview, { type: 'run' }>['action'];

export interface RunHeaderProps {
  readonly view: RunView;
  readonly act: (action: RunAction) => void;
}

/** Name, state and figures of the run, and what can be done with it as a whole. */
export function RunHeader({ view, act }: RunHeaderProps): JSX.Element {
  const words = describeRunState(view, openGates(view));
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
  const { text } = describeRunState(view, openGates(view));
  return canBeControlled(view) ? text : `${text} · ${VERDICT_WORDS[view.verdict].text}`;
}

function openGates(view: RunView): number {
  return view.gates.filter((gate) => gate.approved === null).length;
}

function Figures({ view }: { readonly view: RunView }): JSX.Element {
  const endedAt = view.state === 'running' ? null : view.endedAt;
  const running = view.agents.filter((agent) => agent.status === 'running');
  const usage = running.reduce((sum, agent) => addTokens(sum, agent.usage), view.usage);
  const figures = [
    view.agents.length === 0 && view.endedAt !== null
      ? 'No agents'
      : describeProgress(countStatuses(view.agents)),
    describeElapsed(view.startedAt, endedAt),
    formatUsd(view.usd),
    describeTokens(usage),
    `${view.concurrency} at once`,
  ];
  return <p class="figures">{figures.join('  ·  ')}</p>;
}

function RunButtons({ view, act }: RunHeaderProps): JSX.Element {
  const live = canBeControlled(view);
  const pending = view.proposals.pending;
  return (
    <div class="runButtons" role="group" aria-label="Run actions">
      {controlButtons(view, live ? openGates(view) : 0).map((button) => (
        <ActionButton
          key={button.key}
          icon={button.icon}
          look={button.look === 'primary' && live ? 'primary' : 'quiet'}
          label={button.label}
          title={button.action === 'cancel' ? `Cancel run: ${describeHit(view)}` : undefined}
          onPress={() => act(button.action)}
        />
      ))}
      {live ? null : (
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

function describeHit(view: RunView): string {
  const { running, queued } = countStatuses(view.agents);
  return `${plural(running, 'agent')} running, ${queued} queued; finished work is kept`;
}
