import { formatDuration, oneLine } from '../../base/format.ts';
import { terminalText } from '../../base/visibleText.ts';
import { summarizeRun } from '../../protocol/view/summarizeRun.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { EXIT, type ExitCode } from '../exitCodes.ts';
import { withReviews } from '../openReviews.ts';
import { findRun } from '../findRun.ts';

const MAX_REQUEST_CHARS = 60;

/** `muster runs`: the runs of a workspace, newest first. */
export function runsCommand(ctx: CliContext, options: CommonOptions): Promise<ExitCode> {
  return withReviews(ctx, options, async ({ runs, reviews }) => {
    const views = await Promise.all((await runs.list()).map((view) => reviews.withDecisions(view)));
    const summaries = views.map(summarizeRun);
    if (options.json === true) {
      printLine(ctx.stdout, JSON.stringify(summaries));
      return EXIT.ok;
    }
    if (summaries.length === 0) printLine(ctx.stdout, 'No runs yet.');
    for (const run of summaries) {
      const elapsed = run.endedAt === null ? '' : formatDuration(run.endedAt - run.startedAt);
      const request = oneLine(run.request, MAX_REQUEST_CHARS);
      printLine(ctx.stdout, `${run.runId}  ${run.state}  ${run.verdict}  ${elapsed}  ${request}`);
    }
    return EXIT.ok;
  });
}

/** `muster show`: one run, as its report or as data. */
export function showCommand(
  ctx: CliContext,
  name: string,
  options: CommonOptions,
): Promise<ExitCode> {
  return withReviews(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const { runs, reviews } = workspace;
    if (options.json === true) {
      const view = await reviews.withDecisions(await runs.view(runId));
      printLine(ctx.stdout, JSON.stringify(view));
    } else ctx.stdout.write(terminalText(await reviews.report(runId)));
    return EXIT.ok;
  });
}
