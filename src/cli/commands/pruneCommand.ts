import { formatBytes, plural } from '../../base/format.ts';
import { DEFAULT_RETENTION } from '../../protocol/defaults.ts';
import { MAX_WAITING_MS } from '../../core/retention/planRetention.ts';
import type { RetentionConfig } from '../../protocol/host/hostRpc.ts';
import {
  RetentionService,
  type PruneReport,
  type RefusedRun,
} from '../../host/retention/retentionService.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { withWorkspace } from '../openWorkspace.ts';

export interface PruneCommandOptions extends CommonOptions {
  readonly keep?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** `muster prune`: drops old runs whole; exit 1 when one that should go could not be dropped. */
export function pruneCommand(ctx: CliContext, options: PruneCommandOptions): Promise<ExitCode> {
  const limits = readRetention(options);
  return withWorkspace(ctx, options, async ({ services, runs, reviews }) => {
    const retention = new RetentionService(services, runs, reviews);
    const stop = new AbortController();
    const interrupt = ctx.onInterrupt(() => stop.abort(new Error('Stopped.')));
    try {
      const asked = { limits, signal: stop.signal, minCollectMs: 0 };
      const isDry = options.dryRun === true;
      const report = isDry ? await retention.preview(asked) : await retention.prune(asked);
      const lines = options.json === true ? [asJson(report, isDry)] : describe(report, isDry);
      for (const line of lines) printLine(ctx.stdout, line);
      if (stop.signal.aborted) return EXIT.cancelled;
      return report.failed.length === 0 ? EXIT.ok : EXIT.failed;
    } catch (error) {
      if (stop.signal.aborted) return EXIT.cancelled;
      throw error;
    } finally {
      interrupt.dispose();
    }
  });
}

function readRetention({ keep, maxBytes }: PruneCommandOptions): RetentionConfig {
  return {
    maxRuns: wholeNumber('--keep', keep ?? DEFAULT_RETENTION.maxRuns),
    maxBytes: wholeNumber('--max-bytes', maxBytes ?? DEFAULT_RETENTION.maxBytes),
  };
}

function wholeNumber(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new CliError(EXIT.usage, `${option} takes a whole number of 0 or more, not ${value}.`);
}

function describe(report: PruneReport, isDry: boolean): readonly string[] {
  const { dropped, refused, unreadable, failed, left } = report;
  const bytes = dropped.reduce((sum, run) => sum + run.bytes, 0);
  const verb = isDry ? 'Would delete' : 'Deleted';
  return [
    `${verb} ${plural(dropped.length, 'run')} (${formatBytes(bytes)}); ${plural(left.runs, 'run')} (${formatBytes(left.bytes)}) ${isDry ? 'would be left' : 'left'}.`,
    ...dropped.map((run) => `  ${isDry ? 'would delete' : 'deleted'}  ${run.runId}`),
    ...refused.map((kept) => `  kept  ${kept.run.runId}: ${reasonOf(kept)}`),
    ...unreadable.map(({ runId, reason }) => `  left alone  ${runId}: cannot be read. ${reason}`),
    ...failed.map(({ runId, reason }) => `  not deleted  ${runId}: ${reason}`),
    ...(report.objects === 'busy' ? [OBJECTS_BUSY] : []),
  ];
}

const OBJECTS_BUSY =
  'Their snapshots still take up space, because another run is using the snapshot repository. Run "muster prune" again when it has ended.';

const WAITING_DAYS = MAX_WAITING_MS / (24 * 60 * 60_000);

function reasonOf({ run, reason }: RefusedRun): string {
  const { runId } = run;
  switch (reason) {
    case 'active':
      return 'it is running';
    case 'underReview':
      return `under review; decide with: muster accept or reject ${runId}`;
    case 'waiting':
      return `waiting to be resumed, for ${WAITING_DAYS} days at most; resume: muster resume ${runId}`;
    case 'newest':
      return 'it is the newest one';
    case 'beingDecided':
      return 'another process is deciding about it or another run; try again';
  }
}

function asJson(report: PruneReport, isDry: boolean): string {
  const { dropped, refused, unreadable, failed, left, objects } = report;
  return JSON.stringify({
    dryRun: isDry,
    dropped: dropped.map(({ runId, bytes }) => ({ runId, bytes })),
    kept: refused.map(({ run: { runId, bytes }, reason }) => ({ runId, bytes, reason })),
    unreadable,
    failed,
    left,
    objects,
  });
}
