import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { plural } from '../../../src/base/format.ts';
import type { ChatFromWebview } from '../../../src/protocol/webviews/chatMessages.ts';
import type { WorkflowPlan } from '../../../src/protocol/plan.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { Icon } from '../shared/icon.tsx';
import { useKeptFocus } from '../shared/keepFocus.ts';
import { Diagnostics } from './diagnostics.tsx';
import { EstimateGaps, PlanFacts, PlanPhases } from './planFacts.tsx';

type PlanMessage = Extract<ChatFromWebview, { type: 'plan' }>;

export interface PlanCardProps {
  readonly itemId: string;
  readonly plan: WorkflowPlan;
  readonly status: 'awaitingApproval' | 'approved' | 'discarded';
  readonly post: (message: PlanMessage) => void;
}

const STATUS_WORDS = {
  awaitingApproval: { icon: 'checklist', text: 'Plan · waiting for your approval' },
  approved: { icon: 'check', text: 'Plan · approved' },
  discarded: { icon: 'discard', text: 'Plan · discarded' },
} as const;

/** What a run would do, before anything runs: the user reads it and decides. */
export function PlanCard({ itemId, plan, status, post }: PlanCardProps): JSX.Element {
  const card = useKeptFocus();
  const unsandboxed = useSignal(false);
  const name = plan.check.meta?.name ?? 'Workflow';
  const act = (action: PlanMessage['action']): void => {
    const consent = action === 'run' && unsandboxed.value;
    post({ type: 'plan', itemId, action, unsandboxed: consent });
  };
  const words = STATUS_WORDS[status];
  return (
    <article class={`card plan ${status}`} aria-label={`Plan: ${name}`} tabIndex={-1} ref={card}>
      <p class="kicker">
        <Icon name={words.icon} />
        {words.text}
      </p>
      <h2>{name}</h2>
      <p class="summary">{plan.summary === '' ? plan.check.meta?.description : plan.summary}</p>
      {status === 'awaitingApproval' ? (
        <>
          <PlanPhases plan={plan} />
          <PlanFacts plan={plan} />
          <EstimateGaps plan={plan} />
          <Diagnostics diagnostics={plan.check.diagnostics} />
          <Consent
            plan={plan}
            ticked={unsandboxed.value}
            onTick={(on) => (unsandboxed.value = on)}
          />
        </>
      ) : null}
      <PlanButtons plan={plan} status={status} act={act} />
    </article>
  );
}

interface ConsentProps {
  readonly plan: WorkflowPlan;
  readonly ticked: boolean;
  readonly onTick: (ticked: boolean) => void;
}

function Consent({ plan, ticked, onTick }: ConsentProps): JSX.Element | null {
  const runsNothing = plan.check.commands.length === 0 && plan.setupCommand === null;
  if (!plan.needsUnsandboxedConsent || runsNothing) return null;
  const noteId = `consent-${plan.planId}`;
  return (
    <div class="consent">
      <label>
        <input
          type="checkbox"
          checked={ticked}
          aria-describedby={noteId}
          onChange={(event) => onTick(event.currentTarget.checked)}
        />
        <span>
          Run these commands without a sandbox: code written by agents gets your user rights
        </span>
      </label>
      <p id={noteId} class="quietText">
        {ticked
          ? 'The commands run on this machine without a sandbox.'
          : 'Otherwise they are refused: verification is skipped and the result stays unverified.'}
      </p>
    </div>
  );
}

interface PlanButtonsProps {
  readonly plan: WorkflowPlan;
  readonly status: PlanCardProps['status'];
  readonly act: (action: PlanMessage['action']) => void;
}

// Keys, so that a button which has the focus never turns into another one under the user's finger.
function PlanButtons({ plan, status, act }: PlanButtonsProps): JSX.Element {
  const openScript = (
    <ActionButton key="openScript" label="Open script" onPress={() => act('openScript')} />
  );
  if (status !== 'awaitingApproval') return <div class="buttons">{openScript}</div>;
  const errors = plan.check.diagnostics.filter((item) => item.severity === 'error').length;
  return (
    <div class="buttons">
      <ActionButton
        key="run"
        look="primary"
        icon="play"
        label="Run"
        disabledReason={plan.check.ok ? null : `The script has ${plural(errors, 'error')}`}
        onPress={() => act('run')}
      />
      <ActionButton label="Dry run" onPress={() => act('dryRun')} />
      {openScript}
      <ActionButton label="Change limits" onPress={() => act('changeCaps')} />
      <ActionButton look="quiet" label="Discard" onPress={() => act('discard')} />
    </div>
  );
}
