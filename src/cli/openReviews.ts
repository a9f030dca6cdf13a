import { Disposables } from '../base/disposables.ts';
import { systemClock, systemRandom } from '../host/adapters/system.ts';
import { openSnapshots } from '../host/openSnapshots.ts';
import { ReviewService } from '../host/review/reviewService.ts';
import type { ReviewServices } from '../host/review/reviewServices.ts';
import { RunViews } from '../host/runs/runViews.ts';
import type { CliContext, CommonOptions } from './cliContext.ts';
import { findPlace } from './findPlace.ts';

/** The runs of a workspace with what was decided about them. */
export interface ReviewedRuns {
  readonly services: ReviewServices;
  readonly runs: RunViews;
  readonly reviews: ReviewService;
}

/** Opens the runs of a workspace for a command that reads or decides, and runs nothing. */
export async function withReviews<T>(
  ctx: CliContext,
  options: CommonOptions,
  task: (reviewed: ReviewedRuns) => Promise<T>,
): Promise<T> {
  const { log, ...place } = await findPlace(ctx, options);
  const open = new Disposables();
  const snapshots = open.register(openSnapshots(place, log));
  const services = { ...place, log, clock: systemClock, random: systemRandom, snapshots };
  const runs = new RunViews(services);
  const reviews = open.register(new ReviewService(services, runs, 'cli'));
  try {
    return await task({ services, runs, reviews });
  } finally {
    await open.dispose();
  }
}
