import type { RunEvent } from '../../protocol/runEvents.ts';
import type { RunView } from '../../protocol/runView.ts';

/** Shows a run while it goes on. */
export interface RunPrinter {
  show(event: RunEvent, view: RunView): void;
  /** Leaves the last state on the screen. */
  end(view: RunView): void;
}

/** Shows nothing. */
export const silentPrinter: RunPrinter = { show: () => undefined, end: () => undefined };
