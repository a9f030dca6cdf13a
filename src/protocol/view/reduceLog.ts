import { formatDuration } from '../../base/format.ts';
import type { RunEventOf } from '../events/runEvents.ts';
import type { RunView } from './runView.ts';

/** Log lines that a view keeps; a script that logs in a loop must not fill every window's memory. */
export const MAX_LOG_LINES = 1000;

type LogLine = RunView['logs'][number];

/** The view with one more line, or with one more counted that it has no room for. */
export function withLog(
  view: RunView,
  event: LogLine & { readonly dropped?: number | undefined },
): RunView {
  if (event.dropped !== undefined) {
    return { ...view, droppedLogs: view.droppedLogs + event.dropped };
  }
  if (view.logs.length >= MAX_LOG_LINES) return { ...view, droppedLogs: view.droppedLogs + 1 };
  const line = { at: event.at, level: event.level, message: event.message };
  return { ...view, logs: [...view.logs, line] };
}

/** What the log says of a setup command. */
export function setupLine(event: RunEventOf<'setup.ended'>): LogLine {
  const { command, exitCode, stopped, at, durationMs } = event;
  if (exitCode === 0 && stopped === undefined) {
    const message = `Setup "${command}" took ${formatDuration(durationMs)}.`;
    return { at, level: 'info', message };
  }
  const how =
    exitCode === null || stopped !== undefined
      ? 'was stopped'
      : `failed with exit code ${exitCode}`;
  return { at, level: 'warning', message: `Setup "${command}" ${how}: no command ran.` };
}
