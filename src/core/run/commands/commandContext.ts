import type { DirectorySetup } from '../../ports/fileView.ts';
import type { CommandApprovals } from './commandApprovals.ts';

/** What it takes to run a command in a directory. */
export interface CommandContext {
  /** Which commands may run. */
  readonly commands: CommandApprovals;
  /** What makes a directory ready for commands; undefined where nothing has to. */
  readonly setup: DirectorySetup | undefined;
  /** Numbers of commands, over all agents and sessions of the run. */
  readonly nextCommandId: () => number;
}
