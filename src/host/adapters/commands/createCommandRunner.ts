import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { realpath, stat, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createDeferred } from '../../../base/deferred.ts';
import { errorText } from '../../../base/errorText.ts';
import { scrubSecrets } from '../../../core/journal/scrubSecrets.ts';
import { MAX_COMMAND_OUTPUT_BYTES } from '../../../core/limits.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type {
  CommandRequest,
  CommandResult,
  CommandRunner,
} from '../../../core/ports/commandRunner.ts';
import type { Log } from '../../../core/ports/log.ts';
import { commandEnvironment } from './commandEnvironment.ts';
import { CommandOutput } from './commandOutput.ts';
import { endProcesses, killAtExit } from './endProcesses.ts';
import { commandLimits, type CommandLimits } from './watch/commandLimits.ts';
import { watchCommand, type WatchedCommand } from './watch/watchCommand.ts';
import type { CommandSandbox } from './sandbox/commandSandbox.ts';
import { scratchHomeOf } from '../git/directories/scratchHome.ts';
import { scratchOf } from './sandbox/scratch.ts';
import { contains } from './sandbox/toolHomes.ts';

type CommandProcess = ChildProcessByStdio<null, Readable, Readable>;

/** Time that the pipes may stay open once nothing of the command is alive. */
const DRAIN_MS = 1000;

export interface CommandRunnerOptions {
  /** The user's environment; only the variables on the allow-list reach a command. */
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  /** Keys that must never reach a log, beside everything that looks like one. */
  readonly secrets: () => readonly string[];
  /** Opened at the first command; resolves with null where there is no sandbox. */
  readonly openSandbox: () => Promise<CommandSandbox | null>;
  /** Where the product's own are too large, as for tests of them. */
  readonly limits?: CommandLimits | undefined;
}

/** A command that could not be started. */
class CommandUnavailableError extends Error {
  override readonly name = 'CommandUnavailableError';
  readonly code = 'command_unavailable';
}

/**
 * Runs commands through the shell, in a sandbox where there is one and else with the user's rights;
 * either way nothing of them stays behind.
 */
export function createCommandRunner(options: CommandRunnerOptions): CommandRunner {
  let opened: Promise<CommandSandbox | null> | null = null;
  const open = (): Promise<CommandSandbox | null> => (opened ??= options.openSandbox());
  return {
    sandbox: async () => (await open())?.kind ?? 'none',
    run: async (request) => runCommand(options, await prepare(options, request, await open())),
  };
}

/** The same request with its command behind walls; unchanged where there are none. */
async function prepare(
  options: CommandRunnerOptions,
  request: CommandRequest,
  sandbox: CommandSandbox | null,
): Promise<PreparedRequest> {
  const { command, tree, signal } = request;
  await refuseOutside(request);
  if (sandbox === null) return { ...request, line: command, environment: options.environment };
  const wrapped = await sandbox.wrap(command, await scratchOf(tree), signal);
  return { ...request, line: wrapped.command, environment: wrapped.environment };
}

/** The tree may hold links that lead anywhere. */
async function refuseOutside({ command, tree, directory }: CommandRequest): Promise<void> {
  const refuse = (reason: string): never => {
    throw new CommandUnavailableError(`Cannot start "${command}" in ${directory}: ${reason}`);
  };
  const place = await realpath(directory).catch(() => null);
  if (place === null || !(await stat(place)).isDirectory()) {
    refuse('there is no such folder. Check that it exists.');
  } else if (!contains(await realpath(tree), place)) {
    refuse('that folder is outside the repository. Name one inside it.');
  }
}

/** What the shell is given, and the variables from which the command's own are taken. */
interface PreparedRequest extends CommandRequest {
  readonly line: string;
  readonly environment: NodeJS.ProcessEnv;
}

async function runCommand(
  options: CommandRunnerOptions,
  request: PreparedRequest,
): Promise<CommandResult> {
  request.signal.throwIfAborted();
  const { clock, log, secrets } = options;
  const runTag = randomUUID();
  const startedMs = clock.monotonicMs();
  const sinceMs = clock.nowMs();
  const child = start(request, commandEnvironment(request.environment, runTag));
  const output = new CommandOutput(MAX_COMMAND_OUTPUT_BYTES);
  child.stdout.on('data', (chunk: Buffer) => output.add(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.add(chunk));
  const closed = whenClosed(child);
  const pid = await started(child, request);
  const atExit = killAtExit(pid);
  const watched = {
    pid,
    runTag,
    sinceMs,
    clock,
    log,
    folders: [request.tree, scratchHomeOf(request.tree)],
    limits: options.limits ?? commandLimits(),
    printedBytes: () => output.printedBytes,
  };
  const end = await firstEnd(child, request, watched);
  // What is stopped for taking too much would take more while it is asked to end.
  await endProcesses({ pid, runTag, clock }, end.type === 'excess' ? 'atOnce' : 'withGrace');
  atExit.dispose();
  await drained(child, closed, clock);
  const durationMs = clock.monotonicMs() - startedMs;
  const note = end.type === 'excess' ? `\n[Stopped: ${end.reason}]\n` : '';
  const text = scrubSecrets(output.text(), secrets()) + note;
  await writeFile(request.logPath, text, { mode: 0o600 });
  log.info('commands', 'ended', { end: end.type, durationMs });
  request.signal.throwIfAborted();
  const exitCode = end.type === 'exit' ? end.exitCode : null;
  const stopped = end.type === 'excess' ? { stopped: end.reason } : {};
  return { exitCode, timedOut: end.type === 'timeout', ...stopped, durationMs, output: text };
}

function start(request: PreparedRequest, env: NodeJS.ProcessEnv): CommandProcess {
  const isWindows = process.platform === 'win32';
  const shell = isWindows ? (env['ComSpec'] ?? 'cmd.exe') : '/bin/sh';
  const arguments_ = isWindows ? ['/d', '/s', '/c', `"${request.line}"`] : ['-c', request.line];
  return spawn(shell, arguments_, {
    cwd: request.directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that one signal reaches everything that stays in it.
    detached: !isWindows,
    windowsHide: true,
    windowsVerbatimArguments: isWindows,
  });
}

function started(child: CommandProcess, request: CommandRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (error) => {
      const place = `"${request.command}" in ${request.directory}`;
      const message = `Cannot start ${place}: ${errorText(error)}. Check that the directory exists.`;
      reject(new CommandUnavailableError(message, { cause: error }));
    });
  });
}

type CommandEnd =
  | { readonly type: 'exit'; readonly exitCode: number | null }
  | { readonly type: 'timeout' }
  | { readonly type: 'excess'; readonly reason: string }
  | { readonly type: 'abort' };

async function firstEnd(
  child: CommandProcess,
  request: CommandRequest,
  watched: Omit<WatchedCommand, 'onExcess'>,
): Promise<CommandEnd> {
  const end = createDeferred<CommandEnd>();
  const onAbort = () => end.resolve({ type: 'abort' });
  const timer = watched.clock.after(request.timeoutMs, () => end.resolve({ type: 'timeout' }));
  const onExcess = (reason: string) => end.resolve({ type: 'excess', reason });
  const watch = watchCommand({ ...watched, onExcess });
  request.signal.addEventListener('abort', onAbort, { once: true });
  child.once('exit', (exitCode) => end.resolve({ type: 'exit', exitCode }));
  if (request.signal.aborted) onAbort();
  if (child.exitCode !== null) end.resolve({ type: 'exit', exitCode: child.exitCode });
  try {
    return await end.promise;
  } finally {
    timer.dispose();
    watch.dispose();
    request.signal.removeEventListener('abort', onAbort);
  }
}

function whenClosed(child: CommandProcess): Promise<null> {
  const closed = createDeferred<null>();
  child.once('close', () => closed.resolve(null));
  return closed.promise;
}

/** A process that escaped us may hold the pipes open for ever; what it would print is not waited for. */
async function drained(child: CommandProcess, closed: Promise<null>, clock: Clock): Promise<void> {
  const giveUp = clock.after(DRAIN_MS, () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  await closed;
  giveUp.dispose();
}
