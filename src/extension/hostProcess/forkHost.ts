import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { HostEndpoint } from '../../hostClient/hostClient.ts';
import { HostStart } from '../../protocol/host/hostStart.ts';

/** What a host is started with. */
export interface ForkHostOptions {
  readonly hostFile: string;
  readonly workspaceDir: string;
  /** Overrides the folder for runs; null means the platform's own. */
  readonly stateDir: string | null;
  /** False lets commands run with the user's rights, each run with a consent of its own. */
  readonly useSandbox: boolean;
  readonly logFile: string;
  readonly readyTimeoutMs: number;
}

/**
 * Starts the host of a workspace and answers where it listens. A host that runs already answers
 * through the new process, which then ends. The host outlives this process.
 */
export async function forkHost(options: ForkHostOptions): Promise<HostEndpoint> {
  await mkdir(path.dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const child = fork(options.hostFile, [], {
      execArgv: [],
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      env: hostEnvironment(options),
    });
    return await waitUntilReady(child, options);
  } finally {
    await log.close();
  }
}

function hostEnvironment(options: ForkHostOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ELECTRON_RUN_AS_NODE: '1',
    MUSTER_WORKSPACE: options.workspaceDir,
    ...(options.stateDir === null ? {} : { MUSTER_STATE_DIR: options.stateDir }),
    ...(options.useSandbox ? {} : { MUSTER_SANDBOX: 'off' }),
  };
}

function waitUntilReady(child: ChildProcess, options: ForkHostOptions): Promise<HostEndpoint> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      settle(() => {
        child.kill('SIGKILL');
        reject(
          new Error(`Cannot start the background host: ${reason} Its log: ${options.logFile}`),
        );
      });
    const settle = (action: () => void) => {
      clearTimeout(timer);
      child.removeAllListeners();
      // A late error of a process that is given up has nobody to tell.
      child.on('error', () => undefined);
      if (child.connected) child.disconnect();
      child.unref();
      action();
    };
    const timer = setTimeout(
      () => fail(`it was not ready after ${options.readyTimeoutMs / 1000} seconds.`),
      options.readyTimeoutMs,
    );
    child.once('message', (message) => {
      const answer = readAnswer(message);
      if (typeof answer === 'string') fail(answer);
      else settle(() => resolve(answer));
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) =>
      fail(`it exited immediately (${signal ?? String(code)}).`),
    );
  });
}

function readAnswer(message: unknown): HostEndpoint | string {
  const said = HostStart.safeParse(message).data;
  if (said?.type === 'ready') return { socket: said.socket, token: said.token };
  return said?.message ?? 'it sent a message that this version does not understand.';
}
