/** The operating system's sandbox for commands, where it works; behind it stands sandbox-runtime. */
import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SandboxManager } from '@anthropic-ai/sandbox-runtime';
import { errorText } from '../../../../base/errorText.ts';
import type { SandboxKind } from '../../../../core/ports/commandRunner.ts';
import type { Log } from '../../../../core/ports/log.ts';
import {
  HOME_VARIABLES,
  sandboxPolicy,
  type SandboxMachine,
  type Scratch,
} from './sandboxPolicy.ts';

/** Time for a command that does nothing: usually under 0.1 s, and more only where nothing works. */
const PROBE_MS = 10_000;

export interface CommandSandboxOptions {
  /** Where `sandbox-runtime.mjs` and its helper programs are. */
  readonly distDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Folders that no command may read: the workspace itself and the state of all runs. */
  readonly hidden: readonly string[];
  readonly log: Log;
}

/** A shell command that carries its own walls, and the variables that it runs with. */
interface SandboxedCommand {
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
}

export interface CommandSandbox {
  readonly kind: Exclude<SandboxKind, 'none'>;
  wrap(command: string, scratch: Scratch, signal: AbortSignal): Promise<SandboxedCommand>;
}

/** Null where there is none: no sandbox on this system, its programs missing, or forbidden by a container. */
export async function openCommandSandbox(
  options: CommandSandboxOptions,
): Promise<CommandSandbox | null> {
  const { platform } = process;
  if (platform !== 'linux' && platform !== 'darwin') return null;
  try {
    const manager = await loadManager(options.distDirectory);
    const { errors } = manager.checkDependencies();
    if (errors.length > 0) throw new Error(errors.join('; '));
    const sandbox = createSandbox(options, manager, await readMachine(options));
    await probe(sandbox, options.environment);
    return sandbox;
  } catch (error) {
    options.log.warn('commands', 'no sandbox', { reason: errorText(error) });
    return null;
  }
}

function createSandbox(
  { environment }: CommandSandboxOptions,
  manager: typeof SandboxManager,
  machine: SandboxMachine,
): CommandSandbox {
  const passed = Object.entries(environment).filter(([name]) => !HOME_VARIABLES.includes(name));
  return {
    kind: machine.platform === 'linux' ? 'bwrap' : 'seatbelt',
    wrap: async (command, scratch, signal) => {
      const policy = sandboxPolicy(machine, scratch);
      const config = { network: noNetwork(), filesystem: filesystemOf(policy) };
      return {
        command: inPlace(await manager.wrapWithSandbox(command, '/bin/sh', config, signal)),
        environment: { ...Object.fromEntries(passed), ...policy.environment },
      };
    },
  };
}

/** bwrap dies with its parent, which has to be this process then and no shell between that would outlive it. */
function inPlace(command: string): string {
  return command.startsWith('bwrap ') ? `exec ${command}` : command;
}

// Never initialised on purpose: without its proxies no network is left at all, and no process stays behind.
async function loadManager(distDirectory: string): Promise<typeof SandboxManager> {
  const file = path.join(distDirectory, 'sandbox-runtime.mjs');
  // Our own build of a module whose exports these types describe.
  const loaded = (await import(pathToFileURL(file).href)) as {
    readonly SandboxManager: typeof SandboxManager;
  };
  return loaded.SandboxManager;
}

async function readMachine(options: CommandSandboxOptions): Promise<SandboxMachine> {
  const { environment, hidden, distDirectory } = options;
  const root = await readdir('/', { withFileTypes: true });
  const rootFolders = root.filter((entry) => !entry.isFile()).map(({ name }) => name);
  const home = await realpath(homedir());
  const runtime = [path.join(distDirectory, 'vendor')];
  const { platform } = process;
  return { platform, home, environment, rootFolders, hidden, runtime, exists: existsSync, resolve };
}

function resolve(place: string): string {
  return existsSync(place) ? realpathSync(place) : place;
}

function noNetwork(): { allowedDomains: string[]; deniedDomains: string[] } {
  return { allowedDomains: [], deniedDomains: [] };
}

function filesystemOf(policy: ReturnType<typeof sandboxPolicy>): {
  denyRead: string[];
  allowRead: string[];
  allowWrite: string[];
  denyWrite: string[];
} {
  const { denyRead, allowRead, allowWrite, denyWrite } = policy;
  return {
    denyRead: [...denyRead],
    allowRead: [...allowRead],
    allowWrite: [...allowWrite],
    denyWrite: [...denyWrite],
  };
}

/** Runs a command that does nothing: only that shows whether a container or the kernel forbids sandboxes. */
async function probe(sandbox: CommandSandbox, base: NodeJS.ProcessEnv): Promise<void> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'muster-probe-'));
  try {
    const home = path.join(folder, 'home');
    const tree = path.join(folder, 'tree');
    await Promise.all([mkdir(home), mkdir(tree)]);
    const { signal } = new AbortController();
    const wrapped = await sandbox.wrap('exit 0', { tree, home, fixed: [] }, signal);
    await run(wrapped.command, { cwd: tree, env: { PATH: base['PATH'] }, timeout: PROBE_MS });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeout: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', command], options, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`A command that does nothing failed in it: ${stderr.trim()}`));
    });
  });
}
