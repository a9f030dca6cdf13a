import { Command, CommanderError, Help } from 'commander';
import { errorCode, errorText } from '../base/errorText.ts';
import { PRODUCT_VERSION } from '../protocol/host/version.ts';
import { printLine, type CliContext } from './cliContext.ts';
import type { acceptCommand, undoCommand } from './commands/acceptCommand.ts';
import type { auditCommand } from './commands/auditCommand.ts';
import type { pauseCommand } from './commands/controlCommands.ts';
import type { estimateCommand } from './commands/estimateCommand.ts';
import type { exportCommand } from './commands/exportCommand.ts';
import type { gateCommand } from './commands/gateCommand.ts';
import type { runsCommand, showCommand } from './commands/listCommands.ts';
import type { proposalsCommand } from './commands/proposalsCommand.ts';
import type { pruneCommand } from './commands/pruneCommand.ts';
import type { rejectCommand, restoreCommand } from './commands/rejectCommand.ts';
import type { resumeCommand } from './commands/resumeCommand.ts';
import type { runCommand } from './commands/runCommand.ts';
import type { verifyCommand } from './commands/verifyCommand.ts';
import type { workflowsCommand } from './commands/workflowsCommand.ts';
import { CliError, EXIT, type ExitCode } from './exitCodes.ts';
import { DEFAULT_RETENTION, DEFAULT_RUN_LIMITS } from '../protocol/defaults.ts';
import { formatBytes } from '../base/format.ts';
import { AGENT_CEILING, CONCURRENCY_CEILING } from '../protocol/runCeilings.ts';
import { collect, parseNumber } from './optionValues.ts';

const limits = DEFAULT_RUN_LIMITS;

const HELP_END = `
Exit codes: 0 completed (verification did not fail) · 1 failed · 2 wrong usage or invalid script ·
3 stopped at a limit · 4 waiting for a person · 130 cancelled

Environment: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, MUSTER_STATE_DIR, NO_COLOR`;

/** Parses the arguments, carries the command out, and resolves with the exit code. Never rejects. */
export async function runProgram(ctx: CliContext, args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(ctx, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(ctx, error);
  }
}

function reportError(ctx: CliContext, error: unknown): ExitCode {
  // Commander has printed its own errors, and help is not one.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  printLine(ctx.stderr, errorText(error));
  if (error instanceof CliError) return error.exitCode;
  // Nothing ran: what was asked for cannot be promised.
  return errorCode(error) === 'price_unknown' ? EXIT.usage : EXIT.failed;
}

type Finish = (code: ExitCode) => void;

function createProgram(ctx: CliContext, finish: Finish): Command {
  const program = new Command('muster')
    .description(
      'Up to a thousand agents, and not one byte of your workspace changes until you accept it.',
    )
    .version(PRODUCT_VERSION)
    .configureOutput({
      writeOut: (text) => ctx.stdout.write(text),
      writeErr: (text) => ctx.stderr.write(text),
    })
    .configureHelp({
      // An option that may be repeated begins with an empty list, which says nothing to the reader.
      optionDescription: (option) =>
        new Help().optionDescription(option).replace(' (default: [])', ''),
    })
    .exitOverride()
    .addHelpText('after', HELP_END);
  addRun(program, ctx, finish);
  addEstimate(program, ctx, finish);
  addReading(program, ctx, finish);
  addReview(program, ctx, finish);
  addControl(program, ctx, finish);
  addEvidence(program, ctx, finish);
  return program;
}

function withCommon(command: Command): Command {
  return command
    .option('--cwd <dir>', 'workspace (default: current folder)')
    .option('--state-dir <dir>', 'folder that stores runs')
    .option('--json', 'machine-readable output');
}

function addRun(program: Command, ctx: CliContext, finish: Finish): void {
  const command = program.command('run').argument('[request]', 'what you want, in words');
  withRunOptions(command)
    .description('plan and run a request, or run a script')
    .option('--script <file>', 'run this script instead of planning one')
    .option('--workflow <name>', 'run a saved workflow')
    .option('--args <json>', 'input for the script')
    .option('--args-file <file>', 'input for the script, from a file')
    .option('--dry-run', 'check and estimate only')
    .action(async (request: string | undefined, options: Parameters<typeof runCommand>[2]) => {
      const { runCommand } = await import('./commands/runCommand.ts');
      finish(await runCommand(ctx, request, options));
    });
  withRunOptions(program.command('resume').argument('<run>', 'run id, or last'))
    .description('continue a run from its journal; finished agents do not run again')
    .option('--script <file>', 'an edited script')
    .action(async (run: string, options: Parameters<typeof resumeCommand>[2]) => {
      const { resumeCommand } = await import('./commands/resumeCommand.ts');
      finish(await resumeCommand(ctx, run, options));
    });
}

function withRunOptions(command: Command): Command {
  return withCommon(command)
    .option('--provider <name>', 'anthropic or offline (fixed rules, no AI)')
    .option('--base-url <url>', 'address of a compatible server')
    .option('--model <id>', 'default model for agents')
    .option('--prices <file>', 'your own prices: dollars per million tokens, by model')
    .option(
      '--max-agents <n>',
      `most agents in total (${limits.maxAgents}; at most ${AGENT_CEILING})`,
      parseNumber,
    )
    .option(
      '--concurrency <n>',
      `most agents at once (${limits.concurrency}; 1 to ${CONCURRENCY_CEILING})`,
      parseNumber,
    )
    .option('--max-tokens <n>', 'most tokens, input and output together', parseNumber)
    .option('--max-usd <x>', `most dollars (${limits.maxUsd})`, parseNumber)
    .option('--max-minutes <n>', `most minutes (${limits.maxMinutes})`, parseNumber)
    .option('--per-phase <bounds>', 'limits for each phase, such as maxUsd=1,maxAgents=20')
    .option('--per-agent <bounds>', 'limits for each agent: maxUsd, maxTokens, maxMinutes')
    .option('--budget <n>', "the script's budget.total, in output tokens", parseNumber)
    .option(
      '--allow-command <glob>',
      'commands that verify() and agents may run (repeatable)',
      collect,
      [],
    )
    .option('--setup <command>', 'command that prepares each directory commands run in')
    .option(
      '--require <command>',
      'command that must pass for the verdict "passed" (repeatable)',
      collect,
      [],
    )
    .option('--unsandboxed', 'let commands run agent-written code with your user rights')
    .option('--yes', 'approve the plan and its commands')
    .option('--on-gate <what>', 'at a gate() with nobody to ask: approve, reject or stop (stop)')
    .option('--accept <what>', 'apply at the end: all or none (none)')
    .option('--quiet', 'print only errors');
}

function addEstimate(program: Command, ctx: CliContext, finish: Finish): void {
  withCommon(program.command('estimate'))
    .description("estimate a script's agents, tokens and dollars with a mock run")
    .option('--script <file>', 'the script')
    .option('--workflow <name>', 'a saved workflow')
    .option('--prices <file>', 'your own prices')
    .option('--args <json>', 'input for the script')
    .option('--args-file <file>', 'input for the script, from a file')
    .option('--provider <name>', 'provider to price: anthropic or offline (no key needed)')
    .option('--model <id>', 'default model for agents')
    .option(
      '--max-agents <n>',
      `limit at which the mock run stops (${limits.maxAgents})`,
      parseNumber,
    )
    .option('--budget <n>', "the script's budget.total, in output tokens", parseNumber)
    .action(async (options: Parameters<typeof estimateCommand>[1]) => {
      const { estimateCommand } = await import('./commands/estimateCommand.ts');
      finish(await estimateCommand(ctx, options));
    });
}

function addReading(program: Command, ctx: CliContext, finish: Finish): void {
  program
    .command('check')
    .argument('<files...>', 'workflow scripts')
    .description('check scripts without running them; exit 1 on errors')
    .option('--json', 'one JSON object per line')
    .action(async (files: string[], options: { json?: boolean }) => {
      const { checkCommand } = await import('./commands/checkCommand.ts');
      finish(await checkCommand(ctx, files, options));
    });
  withCommon(program.command('workflows').description('list saved workflows')).action(
    async (options: Parameters<typeof workflowsCommand>[1]) => {
      const { workflowsCommand } = await import('./commands/workflowsCommand.ts');
      finish(await workflowsCommand(ctx, options));
    },
  );
  withCommon(program.command('runs').description('list runs')).action(
    async (options: Parameters<typeof runsCommand>[1]) => {
      const { runsCommand } = await import('./commands/listCommands.ts');
      finish(await runsCommand(ctx, options));
    },
  );
  withCommon(program.command('prune'))
    .description('delete the oldest runs; live, waiting and unreviewed runs stay')
    .option('--keep <n>', `runs to keep (${DEFAULT_RETENTION.maxRuns})`, parseNumber)
    .option(
      '--max-bytes <n>',
      `total size of their folders (${formatBytes(DEFAULT_RETENTION.maxBytes)})`,
      parseNumber,
    )
    .option('--dry-run', 'show what would be deleted; delete nothing')
    .action(async (options: Parameters<typeof pruneCommand>[1]) => {
      const { pruneCommand } = await import('./commands/pruneCommand.ts');
      finish(await pruneCommand(ctx, options));
    });
  withCommon(program.command('show').argument('<run>').description("show a run's report")).action(
    async (run: string, options: Parameters<typeof showCommand>[2]) => {
      const { showCommand } = await import('./commands/listCommands.ts');
      finish(await showCommand(ctx, run, options));
    },
  );
  withCommon(program.command('proposals').argument('<run>'))
    .description("list a run's proposed groups, files and hunks")
    .option('--patch', 'print one git patch instead')
    .action(async (run: string, options: Parameters<typeof proposalsCommand>[2]) => {
      const { proposalsCommand } = await import('./commands/proposalsCommand.ts');
      finish(await proposalsCommand(ctx, run, options));
    });
}

function addReview(program: Command, ctx: CliContext, finish: Finish): void {
  withSelectors(program.command('accept').argument('<run>'))
    .description('apply changes to the workspace')
    .option('--finish', 'finish an accept or undo that was cut off')
    .action(async (run: string, options: Parameters<typeof acceptCommand>[2]) => {
      const { acceptCommand } = await import('./commands/acceptCommand.ts');
      finish(await acceptCommand(ctx, run, options));
    });
  withSelectors(program.command('reject').argument('<run>'))
    .description('reject proposed changes')
    .option('--conflict <id>', 'a kept-aside edit (repeatable)', collect, [])
    .action(async (run: string, options: Parameters<typeof rejectCommand>[2]) => {
      const { rejectCommand } = await import('./commands/rejectCommand.ts');
      finish(await rejectCommand(ctx, run, options));
    });
  withCommon(program.command('restore').argument('<run>'))
    .description('make rejected changes pending again')
    .option('--hunk <id>', 'a hunk (repeatable)', collect, [])
    .option('--conflict <id>', 'a kept-aside edit (repeatable)', collect, [])
    .action(async (run: string, options: Parameters<typeof restoreCommand>[2]) => {
      const { restoreCommand } = await import('./commands/rejectCommand.ts');
      finish(await restoreCommand(ctx, run, options));
    });
  withCommon(program.command('undo').argument('<run>').argument('[decision]'))
    .description('undo an accept, by default the newest')
    .action(
      async (
        run: string,
        decision: string | undefined,
        options: Parameters<typeof undoCommand>[3],
      ) => {
        const { undoCommand } = await import('./commands/acceptCommand.ts');
        finish(await undoCommand(ctx, run, decision, options));
      },
    );
}

function addControl(program: Command, ctx: CliContext, finish: Finish): void {
  type Options = Parameters<typeof pauseCommand>[2];
  withCommon(program.command('pause').argument('<run>', 'run id, or last'))
    .description('pause a run that another process owns; starts nothing new')
    .action(async (run: string, options: Options) => {
      const { pauseCommand } = await import('./commands/controlCommands.ts');
      finish(await pauseCommand(ctx, run, options));
    });
  withCommon(program.command('cancel').argument('<run>'))
    .description('cancel a run that another process owns; keeps finished work')
    .action(async (run: string, options: Options) => {
      const { cancelCommand } = await import('./commands/controlCommands.ts');
      finish(await cancelCommand(ctx, run, options));
    });
  withCommon(
    program.command('throttle').argument('<run>').argument('<n>', `1 to ${CONCURRENCY_CEILING}`),
  )
    .description('set how many agents run at once; aborts nothing')
    .action(async (run: string, count: string, options: Options) => {
      const { throttleCommand } = await import('./commands/controlCommands.ts');
      finish(await throttleCommand(ctx, run, { ...options, count }));
    });
  for (const verb of ['skip', 'retry'] as const) {
    withCommon(program.command(verb).argument('<run>').argument('<agent>', 'agent number'))
      .description(verb === 'skip' ? 'skip an agent; it returns null' : 'start an agent over')
      .action(async (run: string, agent: string, options: Options) => {
        const { agentCommand } = await import('./commands/controlCommands.ts');
        finish(await agentCommand(ctx, run, { ...options, agent, verb }));
      });
  }
  withCommon(program.command('gate').argument('<run>').argument('<answer>', 'approve or reject'))
    .description("answer a run's question")
    .option('--note <text>', 'a note for the script')
    .option('--gate <n>', 'number of the question (the oldest)', parseNumber)
    .action(async (run: string, answer: string, options: Parameters<typeof gateCommand>[2]) => {
      const { gateCommand } = await import('./commands/gateCommand.ts');
      finish(await gateCommand(ctx, run, { ...options, answer }));
    });
}

function addEvidence(program: Command, ctx: CliContext, finish: Finish): void {
  withCommon(program.command('verify').argument('<run>', 'run id, or last'))
    .description("run a run's commands on the workspace, after you accepted its changes")
    .option('--require <command>', 'another command that must pass (repeatable)', collect, [])
    .option('--unsandboxed', 'let commands run agent-written code with your user rights')
    .option('--quiet', 'print only errors')
    .action(async (run: string, options: Parameters<typeof verifyCommand>[2]) => {
      const { verifyCommand } = await import('./commands/verifyCommand.ts');
      finish(await verifyCommand(ctx, run, options));
    });
  withCommon(program.command('audit').argument('<run>', 'run id, or last'))
    .description("check that a run's record was not changed, cut or reordered; exit 1 if it was")
    .option('--anchor <hash>', 'a head that you wrote down (repeatable)', collect, [])
    .option('--signature <file>', 'the .dsse.json file of a signed export')
    .option('--public-key <file>', 'the ed25519 key that must have signed it, in PEM form')
    .action(async (run: string, options: Parameters<typeof auditCommand>[2]) => {
      const { auditCommand } = await import('./commands/auditCommand.ts');
      finish(await auditCommand(ctx, run, options));
    });
  withCommon(program.command('export').argument('<run>', 'run id, or last'))
    .description("pack a run's evidence: journal, decisions, report, transcripts, statement")
    .requiredOption('--out <file>', 'the archive to write, a .tar.gz')
    .option('--sign <keyfile>', 'sign the statement with this ed25519 key, in PEM form')
    .action(async (run: string, options: Parameters<typeof exportCommand>[2]) => {
      const { exportCommand } = await import('./commands/exportCommand.ts');
      finish(await exportCommand(ctx, run, options));
    });
}

function withSelectors(command: Command): Command {
  return withCommon(command)
    .option('--all', 'everything pending')
    .option('--group <name>', 'a group, by title or id (repeatable)', collect, [])
    .option('--file <path>', 'a file (repeatable)', collect, [])
    .option('--hunk <id>', 'a hunk (repeatable)', collect, []);
}
