/** What `run` and `resume` share: showing a run, cancelling it, and turning its end into an exit code. */
import { assertNever } from '../../base/assertNever.ts';
import type { LiveRun } from '../../host/runs/liveRun.ts';
import type { RunEventOf } from '../../protocol/events/runEvents.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { EXIT, type ExitCode } from '../exitCodes.ts';
import type { Workspace } from '../openWorkspace.ts';
import { acceptSelection } from './acceptCommand.ts';
import { JsonEvents } from '../terminal/jsonEvents.ts';
import { createLinePrinter } from '../terminal/linePrinter.ts';
import { createLivePrinter } from '../terminal/livePrinter.ts';
import { printReport } from '../terminal/printReport.ts';
import { silentPrinter, type RunPrinter } from '../terminal/runPrinter.ts';

/** How a run is shown, and what happens at its end. */
export interface FollowOptions extends CommonOptions {
  readonly quiet?: boolean | undefined;
  readonly accept?: string | undefined;
}

/** A run under way and how it was asked for. */
export interface Followed {
  readonly workspace: Workspace;
  readonly live: LiveRun;
  readonly options: FollowOptions;
}

/** Shows a run until it ends; resolves with the exit code. */
export async function followRun(ctx: CliContext, followed: Followed): Promise<ExitCode> {
  const { workspace, live, options } = followed;
  const printer = choosePrinter(ctx, options);
  const json = new JsonEvents(ctx.stdout, live.store.blobs);
  const listening = workspace.runs.listen((event, view) => {
    if (options.json === true) json.write(event);
    printer.show(event, view);
  });
  const interrupts = cancelOnInterrupt(ctx, live);
  try {
    const ended = await live.ended;
    printer.end(live.engine.view);
    if (options.accept === 'all') await acceptAll(ctx, followed);
    if (options.json === true) await json.end();
    else if (options.quiet !== true)
      printReport(ctx.stdout, live.engine.view, live.store.directory);
    sayHowToGoOn(ctx, ended);
    return exitCodeFor(ended);
  } finally {
    interrupts.dispose();
    listening.dispose();
  }
}

async function acceptAll(ctx: CliContext, followed: Followed): Promise<void> {
  const { workspace, live, options } = followed;
  if (live.engine.view.proposals.files === 0) return;
  const accepted = await acceptSelection(workspace, live.runId, {
    selection: { type: 'all' },
  });
  const out = options.json === true ? ctx.stderr : ctx.stdout;
  if (options.quiet !== true) printLine(out, accepted.summary);
}

function choosePrinter(ctx: CliContext, options: FollowOptions): RunPrinter {
  if (options.json === true || options.quiet === true) return silentPrinter;
  const isLive = ctx.stdout.isTTY === true && ctx.env['TERM'] !== 'dumb';
  return isLive ? createLivePrinter(ctx.stdout, () => Date.now()) : createLinePrinter(ctx.stdout);
}

function cancelOnInterrupt(ctx: CliContext, live: LiveRun): { dispose(): void } {
  let interrupts = 0;
  return ctx.onInterrupt(() => {
    interrupts += 1;
    if (interrupts > 1) process.exit(EXIT.cancelled);
    printLine(
      ctx.stderr,
      'Cancelling. Finished work is kept. Press Ctrl+C again to stop immediately.',
    );
    live.engine.control({ action: 'cancel' });
  });
}

/** A run that stopped and can go on says how; the report on stdout stays what it is. */
function sayHowToGoOn(ctx: CliContext, ended: RunEventOf<'run.ended'>): void {
  if (ended.status !== 'paused') return;
  const { runId, pauseReason } = ended;
  const resume = `muster resume ${runId}`;
  const reason = ended.reason ?? 'The run stopped.';
  if (pauseReason === 'gate') {
    const answer = `muster gate ${runId} approve (or reject)`;
    printLine(ctx.stderr, `${reason} Answer with: ${answer}; then resume: ${resume}`);
  } else if (pauseReason === 'limit') {
    const raise = '--max-usd X (or --max-tokens, --max-agents, --max-minutes N)';
    printLine(ctx.stderr, `${reason} To raise it and continue: ${resume} ${raise}`);
  } else printLine(ctx.stderr, `${reason} Once the cause is gone, resume: ${resume}`);
}

function exitCodeFor(ended: RunEventOf<'run.ended'>): ExitCode {
  switch (ended.status) {
    case 'completed':
      return ended.verdict === 'failed' ? EXIT.failed : EXIT.ok;
    case 'failed':
      return EXIT.failed;
    case 'paused':
      return ended.pauseReason === 'gate' ? EXIT.gate : EXIT.limit;
    case 'cancelled':
      return EXIT.cancelled;
    default:
      return assertNever(ended.status);
  }
}
