import { SETUP_TIMEOUT_MS } from '../../limits.ts';
import type { CommandResult } from '../../ports/commandRunner.ts';
import type { DirectorySetup } from '../../ports/fileView.ts';
import type { RunFact } from '../../../protocol/events/runEvents.ts';
import type { RunConfig, RunServices } from '../runConfig.ts';
import type { CommandApprovals } from './commandApprovals.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

export interface DirectorySetupOptions {
  readonly config: Pick<RunConfig, 'setupCommand'>;
  readonly services: Pick<RunServices, 'commands' | 'store' | 'snapshot'>;
  readonly approvals: CommandApprovals;
  readonly record: (fact: RunFact) => Promise<void>;
  /** Numbers of setups, over all sessions of the run. */
  readonly nextSetupId: () => number;
  readonly signal: AbortSignal;
}

/** The run's setup command as directories need it; undefined when there is none. Once it failed it stays failed. */
export function createDirectorySetup(options: DirectorySetupOptions): DirectorySetup | undefined {
  const { config, services } = options;
  const command = config.setupCommand;
  if (command === null) return undefined;
  let failure: Error | null = null;
  return {
    key: sha256Hex(JSON.stringify([services.snapshot.tree, command])),
    run: async (directory) => {
      if (failure !== null) throw failure;
      const reason = await runSetup(options, command, directory);
      if (reason === null) return;
      failure = new Error(reason);
      throw failure;
    },
  };
}

/** Resolves with why it failed; null when it did not. */
async function runSetup(
  { services, approvals, record, nextSetupId, signal }: DirectorySetupOptions,
  command: string,
  directory: string,
): Promise<string | null> {
  const approval = await approvals.decideListed(command);
  if (approval.type === 'refused') return `The setup command may not run: ${approval.reason}`;
  const { commands, store, snapshot } = services;
  const setupId = nextSetupId();
  const log = await store.setupLog(setupId);
  const result = await commands.run({
    command,
    signal,
    directory,
    tree: directory,
    timeoutMs: SETUP_TIMEOUT_MS,
    logPath: log.path,
  });
  const { exitCode, timedOut, stopped, durationMs } = result;
  await record({
    type: 'setup.ended',
    setupId,
    command,
    treeHash: snapshot.tree,
    exitCode,
    timedOut,
    ...(stopped === undefined ? {} : { stopped }),
    durationMs,
    sandbox: await commands.sandbox(),
    files: [...(await store.markFiles([log.name]))],
  });
  if (exitCode === 0 && stopped === undefined) return null;
  return `The setup command "${command}" ${howItFailed(result)}. Its output is in ${log.name} of the run's folder.`;
}

function howItFailed({ exitCode, timedOut, stopped }: CommandResult): string {
  if (timedOut) return `did not end within ${SETUP_TIMEOUT_MS / 60_000} minutes`;
  if (stopped !== undefined) return `was stopped: ${stopped}`;
  return exitCode === null ? 'was killed' : `failed with exit code ${exitCode}`;
}
