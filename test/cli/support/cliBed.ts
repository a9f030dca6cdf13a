import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMessagesApi } from '../../support/messagesApi/startMessagesApi.ts';
import type { MessagesApi, Respond } from '../../support/messagesApi/startMessagesApi.ts';
import { createSampleWorkspace, type ExtraFiles } from '../../host/support/sampleWorkspace.ts';
import { CliProcess, type CliResult } from './cliProcess.ts';
import { shippedBundles } from './shippedBundles.ts';

/** Variables of one command beside the few that every program needs. */
export interface CliSurroundings {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** The built command line in a folder of its own, with a workspace, a state folder and models. */
export class CliBed {
  readonly root: string;
  readonly workspace: string;
  readonly stateRoot: string;
  /** Variables of every command beside the few that every program needs. */
  variables: Readonly<Record<string, string>> = {};
  readonly #apis: MessagesApi[] = [];
  readonly #processes = new Set<CliProcess>();
  #scripts = 0;

  private constructor(root: string) {
    this.root = root;
    this.workspace = path.join(root, 'workspace');
    this.stateRoot = path.join(root, 'state');
  }

  static async create(): Promise<CliBed> {
    const bed = new CliBed(await mkdtemp(path.join(tmpdir(), 'muster-cli-')));
    await mkdir(bed.home);
    return bed;
  }

  get home(): string {
    return path.join(this.root, 'home');
  }

  get cliFile(): string {
    return path.join(shippedBundles().dist, 'cli.cjs');
  }

  /** Makes the workspace a committed copy of the sample. */
  async useSample(extra: ExtraFiles = {}): Promise<void> {
    await createSampleWorkspace(this.workspace, extra);
  }

  /** Starts a model server that ends with the test. */
  async startModel(respond: Respond): Promise<MessagesApi> {
    const api = await startMessagesApi({ respond });
    this.#apis.push(api);
    return api;
  }

  /** Writes a script outside the workspace and gives its path. */
  async writeScript(source: string): Promise<string> {
    this.#scripts += 1;
    const file = path.join(this.root, `script-${this.#scripts}.js`);
    await writeFile(file, source);
    return file;
  }

  /** Starts a command with exactly these arguments. */
  startBare(args: readonly string[], surroundings: CliSurroundings = {}): CliProcess {
    const env = {
      PATH: searchPath(),
      HOME: this.home,
      NODE_COMPILE_CACHE: shippedBundles().compileCache,
      ...this.variables,
      ...surroundings.env,
    };
    const options = { cwd: surroundings.cwd ?? this.root, env };
    const started = new CliProcess(this.cliFile, args, options);
    this.#processes.add(started);
    return started;
  }

  /** Starts a command on the workspace and the state folder. */
  start(args: readonly string[], surroundings: CliSurroundings = {}): CliProcess {
    const places = ['--cwd', this.workspace, '--state-dir', this.stateRoot];
    return this.startBare([...args, ...places], surroundings);
  }

  /** Carries a command out on the workspace and the state folder. */
  run(...args: readonly string[]): Promise<CliResult> {
    return this.start(args).ended;
  }

  /** Starts a script whose agents talk to that model; `options` come after. */
  async startScript(
    source: string,
    api: MessagesApi,
    ...options: readonly string[]
  ): Promise<CliProcess> {
    const script = await this.writeScript(source);
    const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
    return this.start(['run', '--script', script, ...model, '--yes', ...options]);
  }

  /** The folder that holds this workspace's runs. */
  async stateDirectory(): Promise<string> {
    const names = await readdir(this.stateRoot);
    if (names.length !== 1 || names[0] === undefined) {
      throw new Error(`Expected the state of one workspace, found: ${names.join(', ')}`);
    }
    return path.join(this.stateRoot, names[0]);
  }

  /** Ends every process and server; fails when a model was asked what no test expected. */
  async dispose(): Promise<void> {
    for (const process of this.#processes) process.kill();
    await Promise.allSettled([...this.#processes].map((process) => process.ended));
    try {
      for (const api of this.#apis) await api.dispose();
    } finally {
      await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

// The command line and the commands that it runs use the Node of this test.
function searchPath(): string {
  return [path.dirname(process.execPath), process.env['PATH'] ?? ''].join(path.delimiter);
}

/** Gives each test of a suite a bed of its own. */
export function useCliBed(): { readonly bed: CliBed } {
  let bed: CliBed | undefined;
  beforeEach(async () => {
    bed = await CliBed.create();
  });
  afterEach(async () => {
    await bed?.dispose();
    bed = undefined;
  });
  return {
    get bed(): CliBed {
      if (bed === undefined) throw new Error('There is a bed only inside a test.');
      return bed;
    },
  };
}
