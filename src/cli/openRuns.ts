import type { WorkspacePlace } from '../host/locateWorkspace.ts';
import { RunViews } from '../host/runs/runViews.ts';
import type { CliContext, CommonOptions } from './cliContext.ts';
import { findPlace } from './findPlace.ts';

/** The runs of a workspace as they lie on the disk. */
export interface RunsOnDisk {
  readonly services: WorkspacePlace;
  readonly runs: RunViews;
}

/** Finds the runs of a workspace for a command that asks about one or sends it a message: nothing is opened. */
export async function openRuns(ctx: CliContext, options: CommonOptions): Promise<RunsOnDisk> {
  const services = await findPlace(ctx, options);
  return { services, runs: new RunViews(services) };
}
