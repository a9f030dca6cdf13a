import { draftWorkflow } from '../../core/planner/draftWorkflow.ts';
import { checkScript } from '../../core/script/checkScript.ts';
import { readInstructions } from '../../core/run/agents/readInstructions.ts';
import type { ProviderConfig } from '../../protocol/host/hostRpc.ts';
import type { WorkflowPlan } from '../../protocol/plan.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { ModelClient } from '../../core/ports/modelClient.ts';
import type { Governor } from '../../core/run/requests/governor.ts';
import { withChildCommands } from './childCommands.ts';
import { estimateWorkflow } from './estimateService.ts';
import type { HostServices } from '../hostServices.ts';

export type PlanResult =
  | { readonly type: 'plan'; readonly plan: WorkflowPlan }
  | { readonly type: 'answer'; readonly text: string };

export interface PlanRequest {
  readonly planId: string;
  readonly request: string;
  readonly limits: RunLimits;
  readonly provider: ProviderConfig;
  /** Commands that have to pass, by the user's settings. */
  readonly requiredCommands?: readonly string[] | undefined;
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Asks the provider's model for a workflow over the workspace as it is now. Nothing runs. */
export async function planWorkflow(
  services: HostServices,
  request: PlanRequest,
): Promise<PlanResult> {
  const { snapshots, models, commands } = services;
  const { signal, limits, onText, planId, provider, requiredCommands = [] } = request;
  const governor = models.governorFor(provider);
  const client = governedClient(governor);
  const snapshot = await snapshots.takeSnapshot({ runId: `plan-${planId}`, signal });
  const instructions = await readInstructions(snapshot, snapshots);
  const files = snapshot.entries.map((entry) => entry.path);
  const model = provider.model ?? client.defaultModel;
  const draft = await draftWorkflow({
    client,
    model,
    checkScript,
    onText,
    signal,
    request: request.request,
    workspaceFacts: { files, instructions, requiredCommands },
  });
  if (draft.type === 'answer') return draft;
  const { script, summary } = draft;
  const check = await withChildCommands(services, draft.check, { snapshot, signal });
  // Also when there is no command yet: a script that the user edits may get one.
  const needsUnsandboxedConsent = (await commands.sandbox()) === 'none';
  const facts = { script, check, limits, provider: client.provider, model };
  const asked = { ...facts, argsJson: null, budgetTokens: null, snapshot, signal };
  const { prices } = provider;
  const estimate = check.ok ? await estimateWorkflow(services, { ...asked, prices }) : null;
  const plan = { ...facts, planId, request: request.request, summary, estimate };
  const asSet = { setupCommand: null, requiredCommands: [...requiredCommands] };
  return { type: 'plan', plan: { ...plan, needsUnsandboxedConsent, ...asSet } };
}

/** Planning waits, backs off and is tried again like every other request of that key. */
function governedClient(governor: Governor): ModelClient {
  const { provider, defaultModel } = governor.client;
  const acquirePermit = (): Promise<() => void> => Promise.resolve(() => undefined);
  const send: ModelClient['send'] = (request, options) =>
    governor.send(request, { ...options, acquirePermit });
  return { provider, defaultModel, send };
}
