import * as vscode from 'vscode';
import { formatUsd } from '../../base/format.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';
import { t } from '../shared/localize.ts';
import { changeLimit, parseLimit, type TypedLimit } from '../settings/parseLimit.ts';

/** Lets the user change caps one by one; null when the first pick is dismissed. */
export async function askLimits(limits: RunLimits): Promise<RunLimits | null> {
  const done = (): string => t('$(check) Done');
  const picked = await pickLimits(limits, {
    title: t('Limits of This Run'),
    placeHolder: t('Choose a limit to change; press Escape when done'),
    done,
  });
  return picked.end === 'done' || picked.isChanged ? picked.limits : null;
}

/**
 * Lets the user raise what a run has reached. Escape leaves everything as it is: going on spends,
 * so it takes a choice of its own.
 */
export async function askHigherLimits(run: RunSummary): Promise<RunLimits | null> {
  const picked = await pickLimits(
    // The throttle counts, and not what the run began with.
    { ...run.limits, concurrency: run.concurrency },
    {
      title: t('Raise Limits'),
      placeHolder: t('{0} Choose what to change, then “Continue”', run.stateMessage ?? '').trim(),
      done: (isChanged) => (isChanged ? t('$(check) Continue with these limits') : null),
    },
  );
  return picked.end === 'done' ? picked.limits : null;
}

/** Asks for the number of agents that may run at once; null when dismissed. */
export async function askConcurrency(current: number): Promise<number | null> {
  const text = await vscode.window.showInputBox({
    title: t('Throttle'),
    value: String(current),
    prompt: t(
      'How many agents may run at once, 1 to 256 (now {0}). Running agents are not stopped.',
      current,
    ),
    validateInput: (value) => parseLimit('concurrency', value).problem ?? undefined,
  });
  return text === undefined ? null : parseLimit('concurrency', text).value;
}

interface LimitQuestion {
  readonly title: string;
  readonly placeHolder: string;
  /** The entry that ends the picker, or null while there is none. */
  readonly done: (isChanged: boolean) => string | null;
}

interface PickedLimits {
  readonly limits: RunLimits;
  readonly isChanged: boolean;
  readonly end: 'done' | 'dismissed';
}

interface LimitChoice extends vscode.QuickPickItem {
  readonly limit: TypedLimit | null;
}

async function pickLimits(limits: RunLimits, question: LimitQuestion): Promise<PickedLimits> {
  let current = limits;
  let isChanged = false;
  for (;;) {
    const done = question.done(isChanged);
    const choices = [
      ...(done === null ? [] : [{ limit: null, label: done }]),
      ...limitChoices(current),
    ];
    const choice: LimitChoice | undefined = await vscode.window.showQuickPick(choices, {
      title: question.title,
      placeHolder: question.placeHolder,
    });
    if (choice === undefined) return { limits: current, isChanged, end: 'dismissed' };
    if (choice.limit === null) return { limits: current, isChanged, end: 'done' };
    const changed = await askLimit(current, choice.limit, choice.label);
    if (changed === null) continue;
    current = changed;
    isChanged = true;
  }
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
    prompt: t('Now: {0}', limits[limit] ?? t('no limit')),
    validateInput: (value) => parseLimit(limit, value).problem ?? undefined,
  });
  return text === undefined ? null : changeLimit(limits, limit, text);
}
