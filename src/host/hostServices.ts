/** Composition of the orchestration host; the forked process and the command line use the same. */
import { homedir } from 'node:os';
import path from 'node:path';
import { Disposables } from '../base/disposables.ts';
import type { Clock, Random } from '../core/ports/clock.ts';
import type { CommandRunner } from '../core/ports/commandRunner.ts';
import type { ComputePool } from '../core/ports/computePool.ts';
import type { SnapshotStore } from '../core/ports/fileView.ts';
import type { Log } from '../core/ports/log.ts';
import type { ScriptRunner } from '../core/ports/scriptRunner.ts';
import type { UserWorkflows } from '../core/ports/userWorkflows.ts';
import type { TestReports } from '../core/ports/testReports.ts';
import { createCommandRunner } from './adapters/commands/createCommandRunner.ts';
import { openCommandSandbox } from './adapters/commands/sandbox/commandSandbox.ts';
import { commandTestReports } from './adapters/commands/reports/commandTestReports.ts';
import { createPiscinaComputePool } from './adapters/compute/piscinaComputePool.ts';
import { ModelRegistry } from './adapters/modelRegistry.ts';
import { createPiscinaScriptRunner } from './adapters/script/piscinaScriptRunner.ts';
import { createUserWorkflows } from './adapters/userWorkflows.ts';
import { systemClock, systemRandom } from './adapters/system.ts';
import { locateWorkspace } from './locateWorkspace.ts';
import type { WorkspacePlace } from './locateWorkspace.ts';
import { openSnapshots } from './openSnapshots.ts';

export interface HostServices extends WorkspacePlace {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly models: ModelRegistry;
  readonly snapshots: SnapshotStore;
  readonly scripts: ScriptRunner;
  readonly compute: ComputePool;
  readonly commands: CommandRunner;
  readonly reports: TestReports;
  readonly userWorkflows: UserWorkflows;
  dispose(): Promise<void>;
}

/** Opens everything that a host needs for one workspace. Threads and processes start with their first task. */
export async function createHostServices(options: {
  readonly workspace: string;
  readonly stateDirectory: string | null;
  readonly distDirectory: string;
  readonly log: Log;
}): Promise<HostServices> {
  const { distDirectory, log } = options;
  const place = await locateWorkspace(options);
  const { workspace, stateDirectory } = place;
  const { env, platform } = process;
  const open = new Disposables();
  const hidden = [workspace, path.dirname(stateDirectory)];
  const sandboxOptions = { distDirectory, environment: env, log, hidden };
  const models = new ModelRegistry(systemClock, systemRandom);
  return {
    workspace,
    stateDirectory,
    log,
    clock: systemClock,
    random: systemRandom,
    models,
    snapshots: open.register(openSnapshots(place, log)),
    scripts: open.register(createPiscinaScriptRunner({ distDirectory })),
    compute: open.register(createPiscinaComputePool(distDirectory)),
    commands: createCommandRunner({
      environment: env,
      clock: systemClock,
      log,
      secrets: () => models.secrets(),
      openSandbox: async () =>
        env['MUSTER_SANDBOX'] === 'off' ? null : openCommandSandbox(sandboxOptions),
    }),
    reports: commandTestReports,
    userWorkflows: createUserWorkflows({ env, platform, home: homedir() }),
    dispose: () => open.dispose(),
  };
}
