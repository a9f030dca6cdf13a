import type { ScriptCheck, WorkflowPlan } from '../../protocol/plan.ts';
import { t } from '../shared/localize.ts';

/** How many diagnostics a message names. */
const MAX_NAMED = 5;

/** Why a script cannot run, with the places and what to write instead. */
export function describeDiagnostics(check: ScriptCheck): string {
  const errors = check.diagnostics.filter(({ severity }) => severity === 'error');
  const lines = errors
    .slice(0, MAX_NAMED)
    .map(({ line, column, message, fix }) => `- ${line}:${column} ${message} ${fix}`.trimEnd());
  if (errors.length > MAX_NAMED) lines.push(t('- and {0} more', errors.length - MAX_NAMED));
  return [t('The script did not pass the check. Nothing ran.'), ...lines].join('\n');
}

/** True when an edited script would run a command that the user has not seen on the plan card. */
export function hasNewCommands(plan: WorkflowPlan, check: ScriptCheck): boolean {
  return check.commands.some((command) => !plan.check.commands.includes(command));
}
