import type { RunEvent } from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';

/** Shows a run while it goes on. */
export interface RunPrinter {
  show(event: RunEvent, view: RunView): void;
  /** Leaves the last state on the screen. */
  end(view: RunView): void;
}

/** Shows nothing. */
export const silentPrinter: RunPrinter = { show: () => undefined, end: () => undefined };
