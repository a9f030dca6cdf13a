import path from 'node:path';
import { createHostServices, type HostServices } from '../../../src/host/hostServices.ts';
import { createControlledRuns, type ControlledRuns } from '../../../src/host/rpc/controlSocket.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { workflow } from './workflowScript.ts';

const distDirectory = path.resolve(import.meta.dirname, '../../../dist');
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Runs of a workspace in this process that end at once and propose nothing. */
export class PlainRuns {
  readonly services: HostServices;
  readonly controlled: ControlledRuns;

  private constructor(services: HostServices) {
    this.services = services;
    this.controlled = createControlledRuns(services);
  }

  static async open(workspace: string, stateDirectory: string): Promise<PlainRuns> {
    const options = { workspace, stateDirectory, distDirectory, log: silent };
    return new PlainRuns(await createHostServices(options));
  }

  /** Runs a script to its end and gives the run's id. */
  async run(script = workflow('return 1;')): Promise<string> {
    const live = await this.controlled.runs.start(
      {
        request: 'test',
        script,
        argsJson: null,
        limits: DEFAULT_RUN_LIMITS,
        provider: { provider: 'offline', baseUrl: null, model: null, apiKey: null },
        approvedCommands: [],
        allowedCommands: [],
        setupCommand: null,
        unsandboxed: false,
        requiredCommands: [],
        budgetTokens: null,
        onLimit: 'stop',
        onGate: 'stop',
      },
      new AbortController().signal,
    );
    await live.ended;
    return live.runId;
  }

  async dispose(): Promise<void> {
    await this.controlled.dispose();
    await this.services.dispose();
  }
}
