import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { forkHost } from '../../../src/extension/hostProcess/forkHost.ts';
import type { HostEndpoint } from '../../../src/hostClient/hostClient.ts';
import { backgroundHost } from '../../../src/hostClient/backgroundHost.ts';
import { HostConnection } from '../../../src/hostClient/hostConnection.ts';
import { HostLock } from '../../../src/protocol/host/hostRpc.ts';
import { startMessagesApi } from '../../support/messagesApi/startMessagesApi.ts';
import type { MessagesApi, Respond } from '../../support/messagesApi/startMessagesApi.ts';
import { createSampleWorkspace, type ExtraFiles } from './sampleWorkspace.ts';

const hostFile = path.resolve(import.meta.dirname, '../../../dist/host.cjs');
const silent = { warn: () => undefined, error: () => undefined };

/** Starts built hosts the way the extension does, connects to them, and ends them with the test. */
export class HostBed {
  readonly root: string;
  readonly workspace: string;
  readonly stateRoot: string;
  readonly #clients: HostConnection[] = [];
  readonly #apis: MessagesApi[] = [];
  readonly #pids = new Set<number>();

  private constructor(root: string) {
    this.root = root;
    this.workspace = path.join(root, 'workspace');
    this.stateRoot = path.join(root, 'state');
  }

  static async create(extra: ExtraFiles = {}): Promise<HostBed> {
    const bed = new HostBed(await mkdtemp(path.join(tmpdir(), 'muster-rpc-')));
    await createSampleWorkspace(bed.workspace, extra);
    return bed;
  }

  /** Starts a host, or finds the one that runs. */
  async fork(): Promise<HostEndpoint> {
    const endpoint = await forkHost({
      hostFile,
      workspaceDir: this.workspace,
      stateDir: this.stateRoot,
      logFile: this.logFile,
      useSandbox: true,
      readyTimeoutMs: 15_000,
    });
    this.#pids.add((await this.readLock()).pid);
    return endpoint;
  }

  get logFile(): string {
    return path.join(this.root, 'host.log');
  }

  /** Connects the extension's own client. */
  async connect(endpoint: HostEndpoint): Promise<HostConnection> {
    const client = await HostConnection.open(endpoint, backgroundHost(silent));
    this.#clients.push(client);
    // A test may also serve in its own process.
    if (client.pid !== process.pid) this.#pids.add(client.pid);
    return client;
  }

  /** A host with one client whose agents talk to that model. */
  async start(respond: Respond): Promise<{ client: HostConnection; api: MessagesApi }> {
    const api = await this.startModel(respond);
    const client = await this.connect(await this.fork());
    await this.useModel(client, api);
    return { client, api };
  }

  /** Starts a model server that ends with the test. */
  async startModel(respond: Respond): Promise<MessagesApi> {
    const api = await startMessagesApi({ respond });
    this.#apis.push(api);
    return api;
  }

  /** Tells the host which model its runs use. */
  async useModel(client: HostConnection, api: MessagesApi): Promise<void> {
    const config = { baseUrl: api.baseUrl, model: null, apiKey: 'test-key' };
    await client.request('provider.configure', { provider: 'anthropic', ...config });
  }

  /** The folder that holds this workspace's lock and runs. */
  async stateDirectory(): Promise<string> {
    const [name] = await readdir(this.stateRoot);
    return path.join(this.stateRoot, name ?? '');
  }

  /** The lock file of the workspace's host. */
  async readLock(): Promise<HostLock> {
    const file = path.join(await this.stateDirectory(), 'host.lock.json');
    return HostLock.parse(JSON.parse(await readFile(file, 'utf8')));
  }

  /** Ends every client, host and server. */
  async dispose(): Promise<void> {
    for (const client of this.#clients) client.dispose();
    for (const pid of this.#pids) killHost(pid);
    try {
      for (const api of this.#apis) await api.dispose();
    } finally {
      await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** Ends a host without a chance to tidy up; does nothing when it is gone. */
export function killHost(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Gives each test of a suite a bed of its own. */
export function useHostBed(extra: ExtraFiles = {}): { readonly bed: HostBed } {
  let bed: HostBed | undefined;
  beforeEach(async () => {
    bed = await HostBed.create(extra);
  });
  afterEach(async () => {
    await bed?.dispose();
    bed = undefined;
  });
  return {
    get bed(): HostBed {
      if (bed === undefined) throw new Error('There is a bed only inside a test.');
      return bed;
    },
  };
}
