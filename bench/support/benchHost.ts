// The built host as the extension starts it, with one client.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { forkHost } from '../../src/extension/hostProcess/forkHost.ts';
import { backgroundHost } from '../../src/hostClient/backgroundHost.ts';
import { HostConnection } from '../../src/hostClient/hostConnection.ts';
import type { HostParams } from '../../src/protocol/host/hostRpc.ts';
import type { RunSummary } from '../../src/protocol/view/summarizeRun.ts';
import type { BenchContext } from './benchContext.ts';
import type { ProductBed } from './product.ts';

const endDeadlineMs = 60_000;
const silent = { warn: () => undefined, error: () => undefined };

export class BenchHost {
  readonly client: HostConnection;
  readonly #bed: ProductBed;
  readonly #ended = new Map<string, PromiseWithResolvers<RunSummary>>();

  private constructor(client: HostConnection, bed: ProductBed) {
    this.client = client;
    this.#bed = bed;
    client.onNotification('runs.changed', ({ run }) => {
      if (run.endedAt !== null) this.#endOf(run.runId).resolve(run);
    });
  }

  /** Starts a host of its own and connects to it; its runs ask that model server. */
  static async start(ctx: BenchContext, bed: ProductBed, baseUrl: string): Promise<BenchHost> {
    const endpoint = await forkHost({
      hostFile: path.join(ctx.distDirectory, 'host.cjs'),
      workspaceDir: bed.workspace,
      stateDir: bed.stateRoot,
      logFile: path.join(bed.root, 'host.log'),
      useSandbox: true,
      readyTimeoutMs: 15_000,
    });
    const host = new BenchHost(await HostConnection.open(endpoint, backgroundHost(silent)), bed);
    const provider = { provider: 'anthropic', baseUrl, model: null, apiKey: 'bench-key' } as const;
    await host.client.request('provider.configure', provider);
    return host;
  }

  /** Starts an approved script. */
  async run(script: string, concurrency: number): Promise<string> {
    const limits = { maxTokens: null, maxUsd: 1000, maxMinutes: 60 };
    const params: HostParams<'run.start'> = {
      request: 'bench',
      script,
      argsJson: null,
      approvedCommands: [],
      unsandboxed: false,
      limits: { ...limits, maxAgents: 1000, concurrency },
    };
    return (await this.client.request('run.start', params)).runId;
  }

  /** Resolves when the host has said that the run came to an end since this host started. */
  async waitForEnd(runId: string): Promise<RunSummary> {
    const { promise, reject } = this.#endOf(runId);
    const timer = setTimeout(() => reject(new Error(`Run ${runId} did not end.`)), endDeadlineMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** When the journal of a run was last written, in milliseconds since the epoch. */
  async journalWrittenAt(runId: string): Promise<number> {
    const [name] = await readdir(this.#bed.stateRoot);
    const folder = path.join(this.#bed.stateRoot, name ?? '', 'runs', runId);
    return (await stat(path.join(folder, 'journal.jsonl'))).mtimeMs;
  }

  /** Ends the host. */
  dispose(): void {
    const { pid } = this.client;
    this.client.dispose();
    process.kill(pid, 'SIGKILL');
  }

  #endOf(runId: string): PromiseWithResolvers<RunSummary> {
    const known = this.#ended.get(runId) ?? Promise.withResolvers<RunSummary>();
    this.#ended.set(runId, known);
    return known;
  }
}
