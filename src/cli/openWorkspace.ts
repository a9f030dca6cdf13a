import '../host/adapters/limitYoungHeap.ts';
import { Disposables } from '../base/disposables.ts';
import { createHostServices, type HostServices } from '../host/hostServices.ts';
import type { ReviewService } from '../host/review/reviewService.ts';
import { createControlledRuns } from '../host/rpc/controlSocket.ts';
import type { RunService } from '../host/runs/runService.ts';
import type { CliContext, CommonOptions } from './cliContext.ts';
import { findPlace } from './findPlace.ts';

/** The host's own services, in this process. */
export interface Workspace {
  readonly services: HostServices;
  readonly runs: RunService;
  readonly reviews: ReviewService;
}

/** Opens a workspace for one command that runs something, and closes it afterwards. */
export async function withWorkspace<T>(
  ctx: CliContext,
  options: CommonOptions,
  task: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const { workspace, log } = await findPlace(ctx, options);
  const services = await createHostServices({
    workspace,
    stateDirectory: options.stateDir ?? null,
    distDirectory: ctx.distDirectory,
    log,
  });
  const open = new Disposables();
  open.onDispose(() => services.dispose());
  try {
    const { runs, reviews } = open.register(createControlledRuns(services));
    return await task({ services, runs, reviews });
  } finally {
    await open.dispose();
  }
}
