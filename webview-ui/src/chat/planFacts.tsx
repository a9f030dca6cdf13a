import { plural } from '../../../src/base/format.ts';
import { visibleText } from '../../../src/base/visibleText.ts';
import type { ComponentChildren, JSX } from 'preact';
import {
  countRangeText,
  estimateHeadline,
  tokenRangeText,
  timesText,
} from '../../../src/protocol/describeEstimate.ts';
import type { Estimate } from '../../../src/protocol/estimate.ts';
import type { WorkflowPlan } from '../../../src/protocol/plan.ts';
import { Icon } from '../shared/icon.tsx';
import { describeLimits } from '../shared/runFacts.ts';
import { describeGap } from './gapText.ts';

/** The phases that the script names, with the agents that a mock run counted in each. */
export function PlanPhases({ plan }: { readonly plan: WorkflowPlan }): JSX.Element | null {
  const phases = plan.check.meta?.phases ?? [];
  if (phases.length === 0) return null;
  return (
    <ol class="phaseList" aria-label="Phases">
      {phases.map((phase) => (
        <li key={phase.title}>
          <strong>{phase.title}</strong>
          {phase.detail === undefined ? null : <span class="quietText"> {phase.detail}</span>}
          {phase.model === undefined ? null : <span class="quietText"> · {phase.model}</span>}
          <PhaseAgents estimate={plan.estimate} title={phase.title} />
        </li>
      ))}
    </ol>
  );
}

function PhaseAgents(props: {
  readonly estimate: Estimate | null;
  readonly title: string;
}): JSX.Element | null {
  const phase = props.estimate?.phases.find(({ title }) => title === props.title);
  if (phase === undefined || phase.agents.max === 0) return null;
  const noun = phase.agents.max === 1 ? 'agent' : 'agents';
  return (
    <span class="quietText">
      {' · '}
      {countRangeText(phase.agents)} {noun}
    </span>
  );
}

/** What the run may cost and touch: the estimate first, then what bounds it. */
export function PlanFacts({ plan }: { readonly plan: WorkflowPlan }): JSX.Element {
  const { estimate } = plan;
  const phaseModels = plan.check.meta?.phases.flatMap((phase) => phase.model ?? []) ?? [];
  const models = estimate?.models.length ? estimate.models : [plan.model, ...phaseModels];
  return (
    <dl class="facts">
      {estimate === null ? null : <Fact name="Estimate">{estimateHeadline(estimate)}</Fact>}
      <Fact name="Limits">{describeLimits(plan.limits)}</Fact>
      <Fact name="Model">
        {plan.provider} · {[...new Set(models)].join(', ')}
      </Fact>
      {estimate === null ? null : <EstimateFacts estimate={estimate} />}
      <Fact name="Commands">
        <Commands plan={plan} />
      </Fact>
    </dl>
  );
}

function Fact(props: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  );
}

function EstimateFacts({ estimate }: { readonly estimate: Estimate }): JSX.Element {
  const { tokens, tokenSources, longestChain, tools, writes, gates, workflows } = estimate;
  return (
    <>
      {tokens.max === 0 ? null : (
        <Fact name="Tokens">
          {tokenRangeText(tokens)}
          {tokenSources.length === 0 ? null : (
            <span class="quietText"> ({tokenSources.join('; ')})</span>
          )}
        </Fact>
      )}
      {longestChain.max < 2 ? null : (
        <Fact name="Longest chain">{countRangeText(longestChain)} agents in sequence</Fact>
      )}
      {tools.length === 0 ? null : <Fact name="Tools">{tools.join(', ')}</Fact>}
      {tools.length === 0 ? null : (
        <Fact name="May write">
          <Writes writes={writes} />
        </Fact>
      )}
      {gates.max === 0 ? null : <Fact name="Asks you">{timesText(gates)}</Fact>}
      {workflows.length === 0 ? null : <Fact name="Workflows">{workflows.join(', ')}</Fact>}
    </>
  );
}

/** Scopes that stand on the card; the rest unfolds, so that the buttons stay in sight. */
const MAX_SHOWN_WRITES = 4;

function Writes({ writes }: { readonly writes: readonly string[] }): JSX.Element {
  if (writes.length === 0) return <>Nothing</>;
  if (writes.includes('**')) return <>Anything the run allows</>;
  if (writes.length <= MAX_SHOWN_WRITES) return <>{writes.join(', ')}</>;
  return (
    <details>
      <summary>{plural(writes.length, 'path')}</summary>
      <div>{writes.join(', ')}</div>
    </details>
  );
}

function Commands({ plan }: { readonly plan: WorkflowPlan }): JSX.Element {
  const { commands } = plan.check;
  // What the script puts together is not approved with the plan, and must not look as if it were.
  const others = plan.estimate?.commands.filter(({ isLiteral }) => !isLiteral) ?? [];
  const setup = plan.setupCommand;
  const missing = plan.requiredCommands.filter((command) => !commands.includes(command));
  const count = commands.length + others.length + missing.length;
  if (count === 0 && setup === null) return <>None</>;
  return (
    <>
      {setup === null ? null : (
        <div class="command">
          <code>{visibleText(setup)}</code>{' '}
          <span class="quietText">(setup, before the first command in each directory)</span>
        </div>
      )}
      {commands.map((command) => (
        <div key={command} class="command">
          <code>{visibleText(command)}</code>
        </div>
      ))}
      {others.map((command) => (
        <div key={command.command} class="command quietText">
          {visibleText(command.command)} (built by the script: not approved)
        </div>
      ))}
      {missing.map((command) => (
        <div key={`required ${command}`} class="command">
          <Icon name="warning" tone="warning" /> <code>{visibleText(command)}</code>{' '}
          <span class="quietText">
            (must pass, but the script does not run it: the result stays unverified)
          </span>
        </div>
      ))}
    </>
  );
}

/** What the mock run could not see; without these lines the estimate would promise too much. */
export function EstimateGaps({ plan }: { readonly plan: WorkflowPlan }): JSX.Element | null {
  const { estimate } = plan;
  if (estimate === null || estimate.gaps.length === 0) return null;
  return (
    <ul class="findings" aria-label="Not in the estimate">
      {estimate.gaps.map((gap) => (
        <li key={`${gap.stub} ${gap.code} ${gap.message}`}>
          <Icon name="warning" tone="warning" />
          <span>{describeGap(gap)}</span>
        </li>
      ))}
    </ul>
  );
}
