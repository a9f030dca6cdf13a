import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { RunTreeFromWebview } from '../../../src/protocol/webviews/runTreeMessages.ts';
import type { RunView } from '../../../src/protocol/view/runView.ts';
import { countStatuses } from '../../../src/protocol/view/summarizeRun.ts';
import { LiveRegion } from '../shared/announcer.tsx';
import { Icon } from '../shared/icon.tsx';
import { FilterBar } from './filterBar.tsx';
import { RunHeader } from './runHeader.tsx';
import type { TreeState } from './runTreeStore.ts';
import { TimelineStrip } from './timeline.tsx';
import type { TreeModel } from './treeModel.ts';
import { TreeView } from './treeView.tsx';

export interface RunTreeAppProps {
  readonly state: ReadonlySignal<TreeState>;
  readonly model: TreeModel;
  readonly post: (message: RunTreeFromWebview) => void;
}

/** The whole run tree page. */
export function RunTreeApp({ state, model, post }: RunTreeAppProps): JSX.Element {
  const current = state.value;
  return (
    <main class="runTree" aria-busy={current.type === 'loading'}>
      {current.type === 'loading' ? null : <Shown view={current.view} model={model} post={post} />}
      <LiveRegion />
    </main>
  );
}

interface ShownProps {
  readonly view: RunView | null;
  readonly model: TreeModel;
  readonly post: (message: RunTreeFromWebview) => void;
}

function Shown({ view, model, post }: ShownProps): JSX.Element {
  if (view === null) return <NoRun />;
  const { runId } = view;
  const { text, status } = model.arrangement;
  const filtered = text.value.trim() !== '' || status.value !== null;
  return (
    <>
      <RunHeader view={view} act={(action) => post({ type: 'run', runId, action })} />
      <TimelineStrip view={view} />
      <FilterBar arrangement={model.arrangement} counts={countStatuses(view.agents)} />
      <TreeView
        model={model}
        label={`Agents of ${view.meta.name}`}
        onAgent={(agentId, action) => post({ type: 'agent', runId, agentId, action })}
        onGate={(gateId) => post({ type: 'gate', runId, gateId })}
      />
      {filtered && model.rows.value.length <= 1 ? (
        <p class="nothing quietText">No agents match the filter.</p>
      ) : null}
    </>
  );
}

function NoRun(): JSX.Element {
  return (
    <section class="noRun" aria-label="No run">
      <Icon name="list-tree" />
      <h1>No run to show</h1>
      <p class="quietText">
        Type a request in the Muster chat and approve its plan. Each of the run’s agents then gets a
        row here.
      </p>
    </section>
  );
}
