import type { RunRegistry } from '../runs/runRegistry.ts';
import type { CommandParts } from './commandParts.ts';

/** The run that the views show. A command may be the first thing in a window: the list is then read now. */
export async function shownRun({
  host,
  registry,
}: Pick<CommandParts, 'host' | 'registry'>): Promise<RunRegistry['shown']> {
  if (registry.shown === null) {
    await host.connect();
    await registry.refresh();
  }
  return registry.shown;
}
