import * as vscode from 'vscode';
import { formatUsd } from '../../base/format.ts';
import { RunLimits } from '../../protocol/runLimits.ts';
import { t } from '../localize.ts';
import { parseLimit, type TypedLimit } from './parseLimit.ts';

/** Lets the user change caps one by one; null when the first pick is dismissed. */
export async function askLimits(limits: RunLimits): Promise<RunLimits | null> {
  let current = limits;
  let isChanged = false;
  for (;;) {
    const choice = await vscode.window.showQuickPick(limitChoices(current), {
      title: t('Caps of This Run'),
      placeHolder: t('Choose a cap to change; Escape when done'),
    });
    if (choice === undefined) return isChanged ? current : null;
    if (choice.limit === null) return current;
    const changed = await askLimit(current, choice.limit, choice.label);
    if (changed === null) continue;
    current = changed;
    isChanged = true;
  }
}

/** Asks for the number of agents that may run at once; null when dismissed. */
export async function askConcurrency(current: number): Promise<number | null> {
  const text = await vscode.window.showInputBox({
    title: t('Throttle'),
    value: String(current),
    prompt: t(
      'At most how many agents at once, 1 to 256 (now {0}). Nothing that runs is stopped.',
      current,
    ),
    validateInput: (value) => parseLimit('concurrency', value).problem ?? undefined,
  });
  return text === undefined ? null : parseLimit('concurrency', text).value;
}

interface LimitChoice extends vscode.QuickPickItem {
  readonly limit: TypedLimit | null;
}

function limitChoices(limits: RunLimits): readonly LimitChoice[] {
  const none = t('no limit');
  return [
    { limit: 'concurrency', label: t('Agents at once'), description: String(limits.concurrency) },
    { limit: 'maxAgents', label: t('Agents'), description: String(limits.maxAgents) },
    {
      limit: 'maxUsd',
      label: t('Dollars'),
      description: limits.maxUsd === null ? none : formatUsd(limits.maxUsd),
    },
    { limit: 'maxTokens', label: t('Tokens'), description: String(limits.maxTokens ?? none) },
    { limit: 'maxMinutes', label: t('Minutes'), description: String(limits.maxMinutes) },
    { limit: null, label: t('$(check) Done') },
  ];
}

async function askLimit(
  limits: RunLimits,
  limit: TypedLimit,
  title: string,
): Promise<RunLimits | null> {
  const text = await vscode.window.showInputBox({
    title,
    value: String(limits[limit] ?? ''),
    validateInput: (value) => parseLimit(limit, value).problem ?? undefined,
  });
  if (text === undefined) return null;
  return RunLimits.parse({ ...limits, [limit]: parseLimit(limit, text).value });
}
