import { START_TIMEOUT_MS } from '../../../hostClient/answerLimits.ts';
import { checkScript } from '../../../core/script/checkScript.ts';
import type { ScriptCheck } from '../../../protocol/plan.ts';
import type { HostServices } from '../../hostServices.ts';
import { withChildCommands } from '../../plans/childCommands.ts';
import { estimateWorkflow } from '../../plans/estimateService.ts';
import { planWorkflow } from '../../plans/planService.ts';
import type { HostHandlers, HostState } from '../hostState.ts';
import type { Notify } from '../notify.ts';

type PlanMethods = 'plan.draft' | 'plan.cancel' | 'plan.estimate' | 'script.check';

/** What comes before a run; `plans` are those under way, by which they are stopped. */
export function planHandlers(
  state: HostState,
  notify: Notify,
  plans: Map<string, AbortController>,
): Pick<HostHandlers, PlanMethods> {
  return {
    'plan.draft': async ({ planId, request, limits }) => {
      const controller = new AbortController();
      plans.set(planId, controller);
      const { signal } = controller;
      const onText = (text: string): void => {
        // A window that is gone reads nothing; its plan is cancelled with its connection.
        notify('plan.text', { planId, text }).catch(() => undefined);
      };
      try {
        const { services, provider } = state;
        const plan = { planId, request, limits, provider, onText, signal };
        return await planWorkflow(services, plan);
      } finally {
        plans.delete(planId);
      }
    },
    'plan.estimate': async ({ script, argsJson, limits }) => {
      const { services, provider } = state;
      const check = await checkWithChildren(services, script);
      if (!check.ok) return { check, estimate: null };
      const { client } = services.models.governorFor(provider);
      const estimate = await estimateWorkflow(services, {
        script,
        check,
        argsJson,
        limits,
        budgetTokens: null,
        provider: client.provider,
        model: provider.model ?? client.defaultModel,
        prices: provider.prices,
        signal: AbortSignal.timeout(START_TIMEOUT_MS),
      });
      return { check, estimate };
    },
    'script.check': ({ script }) => checkWithChildren(state.services, script),
    'plan.cancel': ({ planId }) => {
      plans.get(planId)?.abort(new Error('Planning was stopped.'));
      return Promise.resolve({});
    },
  };
}

function checkWithChildren(services: HostServices, script: string): Promise<ScriptCheck> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  return withChildCommands(services, checkScript(script), { signal });
}
