import * as vscode from 'vscode';
import { formatDuration } from '../../base/format.ts';
import { RunTreeMenuTarget } from '../../protocol/webviews/runTreeMessages.ts';
import type { RunActionName } from '../runs/runActions.ts';
import { t } from '../shared/localize.ts';
import { showRunMenu } from '../statusBar/runMenu.ts';
import type { CommandHandlers, CommandParts } from './commandParts.ts';
import { shownRun } from './shownRun.ts';

/** Commands about the run that the views show. */
export function runCommands(parts: CommandParts): CommandHandlers {
  const { actions, registry } = parts;
  const onShown = (action: RunActionName) => async () => {
    const run = await shownRun(parts);
    if (run !== null) await actions.perform(run.runId, action);
  };
  return {
    'muster.showRunMenu': async () => {
      const run = await shownRun(parts);
      if (run === null) return;
      await actions.markSeen(run.runId);
      await showRunMenu(run, registry, actions);
    },
    'muster.openRunTree': () => parts.runTreeViews.openPanel(),
    'muster.pauseRun': onShown('pause'),
    'muster.resumeRun': onShown('resume'),
    'muster.throttleRun': onShown('throttle'),
    'muster.raiseLimits': onShown('raise'),
    'muster.stopRun': onShown('stop'),
    'muster.cancelRun': onShown('cancel'),
    'muster.openReport': onShown('openReport'),
    'muster.openRunScript': onShown('openScript'),
    'muster.reviewChanges': onShown('review'),
    'muster.verifyAccepted': (row: unknown) => verifyAccepted(parts, row),
    'muster.chooseRun': async () => {
      const runId = await pickRun(parts);
      if (runId !== null) registry.show(runId);
    },
  };
}

async function verifyAccepted(parts: CommandParts, row: unknown): Promise<void> {
  const { controller, chatView, host, settings } = parts;
  const runId = RunTreeMenuTarget.safeParse(row).data?.runId ?? (await shownRun(parts))?.runId;
  if (runId === undefined) return;
  if (!vscode.workspace.isTrusted) {
    throw new Error(
      t('This folder is not trusted. Trust it before you run commands on its files.'),
    );
  }
  const requiredCommands = [...settings.current().requiredCommands];
  const started = await host.request('run.verifyAccepted', { runId, requiredCommands });
  controller.showRun(started.runId);
  await chatView.focus();
}

async function pickRun(parts: CommandParts): Promise<string | null> {
  await shownRun(parts);
  const rows = parts.registry.all().map((run) => ({
    label: run.name,
    description: run.state,
    detail: t('{0}, {1} ago', run.request, formatDuration(Math.max(0, Date.now() - run.startedAt))),
    runId: run.runId,
  }));
  const choice = await vscode.window.showQuickPick(rows, { title: t('Runs of This Workspace') });
  return choice?.runId ?? null;
}
