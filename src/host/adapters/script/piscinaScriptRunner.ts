/**
 * Runs workflow scripts in piscina worker threads. Piscina's own queue is never used (an aborted task can
 * get stuck in it): at most `maxThreads` tasks are submitted, the rest waits here.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Disposable } from '../../../base/disposables.ts';
import { errorText } from '../../../base/errorText.ts';
import { Semaphore } from '../../../base/semaphore.ts';
import {
  MAX_BATCH_ITEMS,
  MAX_PARALLEL_SCRIPTS,
  SCRIPT_COMPUTE_MS,
  SCRIPT_MEMORY_BYTES,
  SCRIPT_STACK_BYTES,
} from '../../../core/limits.ts';
import type { ScriptJob, ScriptRunner } from '../../../core/ports/scriptRunner.ts';
import { PREPARED_LINES_BEFORE, prepareScript } from '../../../core/script/prepareScript.ts';
import { ECMASCRIPT_GLOBALS, MUSTER_GLOBALS } from '../../../core/script/scriptGlobals.ts';
import { MAX_JSON_TEXT } from '../../../protocol/threads/messageLimits.ts';
import {
  ScriptOutcome,
  ScriptToHost,
  type SyncAnswer,
} from '../../../protocol/threads/scriptMessages.ts';
import {
  CONTROL_INTERRUPT,
  CONTROL_SLOTS,
  CONTROL_SYNC_ANSWERS,
  type SandboxLimits,
  type SandboxModules,
  type ScriptTask,
} from '../../../protocol/threads/scriptTask.ts';

/** Time for which a thread waits for the next script. */
const IDLE_THREAD_MS = 30_000;

const EXTENSIONS = ['url', 'encoding', 'structured-clone'] as const;

const SANDBOX_LIMITS: SandboxLimits = {
  memoryBytes: SCRIPT_MEMORY_BYTES,
  computeMs: SCRIPT_COMPUTE_MS,
  stackBytes: SCRIPT_STACK_BYTES,
  maxJsonChars: MAX_JSON_TEXT,
  maxBatchItems: MAX_BATCH_ITEMS,
};

export interface PiscinaScriptRunnerOptions {
  /** Folder of the bundles, which holds script-worker.cjs and quickjs.wasm. */
  readonly distDirectory: string;
  readonly limits?: Partial<SandboxLimits> | undefined;
}

/** Opens a runner whose first thread starts with `prepare`, or with the first script. */
export function createPiscinaScriptRunner(
  options: PiscinaScriptRunnerOptions,
): ScriptRunner & Disposable {
  return new PiscinaScriptRunner(options);
}

class PiscinaScriptRunner implements ScriptRunner, Disposable {
  readonly #options: PiscinaScriptRunnerOptions;
  readonly #slots = new Semaphore(MAX_PARALLEL_SCRIPTS);
  #engines: Engines | null = null;
  #isDisposed = false;

  constructor(options: PiscinaScriptRunnerOptions) {
    this.#options = options;
  }

  prepare(): void {
    this.#open();
  }

  async run(job: ScriptJob): Promise<ScriptOutcome> {
    const { pool, loading } = this.#open();
    const modules = await loading;
    const release = await this.#slots.acquire(job.signal);
    try {
      return await this.#runTask(job, { pool, modules });
    } finally {
      release();
    }
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#engines?.pool.destroy();
  }

  #open(): Engines {
    if (this.#isDisposed) throw new Error('Cannot run a script: the threads are closed.');
    this.#engines ??= startEngines(this.#options.distDirectory);
    return this.#engines;
  }

  async #runTask(
    job: ScriptJob,
    { pool, modules }: { readonly pool: Piscina; readonly modules: SandboxModules },
  ): Promise<ScriptOutcome> {
    const channel = new TaskChannel(job);
    const stop = new AbortController();
    const onAbort = (): void => {
      channel.interrupt();
      stop.abort();
    };
    job.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const task = channel.task(modules, { ...SANDBOX_LIMITS, ...this.#options.limits });
      const transferList = [task.port, task.syncPort];
      const outcome: unknown = await pool.run(task, { signal: stop.signal, transferList });
      return ScriptOutcome.parse(outcome);
    } catch (error) {
      return describeDeath(error, job.signal);
    } finally {
      job.signal.removeEventListener('abort', onAbort);
      channel.close();
    }
  }
}

/** What all scripts of a process share. */
interface Engines {
  readonly pool: Piscina;
  /** Compiled beside the start of the first thread. */
  readonly loading: Promise<SandboxModules>;
}

function startEngines(distDirectory: string): Engines {
  const loading = loadModules(distDirectory);
  // The first script learns of it.
  loading.catch(() => undefined);
  const pool = new Piscina({
    filename: join(distDirectory, 'script-worker.cjs'),
    minThreads: 1,
    maxThreads: MAX_PARALLEL_SCRIPTS,
    // A thread costs 60 ms to start; piscina's default ends one as soon as it has nothing to do.
    idleTimeout: IDLE_THREAD_MS,
    concurrentTasksPerWorker: 1,
    atomics: 'disabled',
    // The engine's memory is WebAssembly's, outside this heap; the heap only carries messages.
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
    env: {},
    execArgv: [],
  });
  return { pool, loading };
}

function describeDeath(error: unknown, signal: AbortSignal): ScriptOutcome {
  const cancelled = signal.aborted;
  const code = cancelled ? 'cancelled' : 'script_worker_died';
  const message = cancelled
    ? 'The run was cancelled.'
    : `The script's thread ended: ${errorText(error)}`;
  return { type: 'failed', error: { code, message }, line: null, column: null };
}

/** The host's ends of the ports and the shared memory of one task. */
class TaskChannel {
  readonly #job: ScriptJob;
  readonly #messages = new MessageChannel();
  readonly #syncs = new MessageChannel();
  readonly #control = new Int32Array(
    new SharedArrayBuffer(CONTROL_SLOTS * Int32Array.BYTES_PER_ELEMENT),
  );

  constructor(job: ScriptJob) {
    this.#job = job;
    this.#messages.port1.on('message', (message: unknown) => this.#receive(message));
  }

  task(modules: SandboxModules, limits: SandboxLimits): ScriptTask {
    const { script, fileName, argsJson, budget } = this.#job;
    return {
      source: prepareScript(script),
      linesBefore: PREPARED_LINES_BEFORE,
      budgetTokens: budget.outputTokens,
      budgetUsd: budget.usd,
      reportsWaiting: this.#job.reportsWaiting === true,
      allowedGlobals: [...ECMASCRIPT_GLOBALS, ...MUSTER_GLOBALS],
      fileName,
      argsJson,
      limits,
      modules,
      port: this.#messages.port2,
      syncPort: this.#syncs.port2,
      control: this.#control,
    };
  }

  interrupt(): void {
    Atomics.store(this.#control, CONTROL_INTERRUPT, 1);
    this.#wake();
  }

  close(): void {
    // The thread's outcome comes through a port of piscina's own and can overtake what was sent before it.
    let left = receiveMessageOnPort(this.#messages.port1);
    while (left !== undefined) {
      this.#receive(left.message);
      left = receiveMessageOnPort(this.#messages.port1);
    }
    this.#messages.port1.close();
    this.#syncs.port1.close();
  }

  #receive(raw: unknown): void {
    const message = ScriptToHost.parse(raw);
    if (message.type === 'sync') {
      // onSync never rejects; the worker stands still until it is answered.
      this.#job.host.onSync(message).then((answer) => this.#answerSync(answer), reportFault);
      return;
    }
    const port: MessagePort = this.#messages.port1;
    this.#job.host.onMessage(message, (answer) => port.postMessage(answer));
  }

  #answerSync(answer: SyncAnswer): void {
    this.#syncs.port1.postMessage(answer);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#control, CONTROL_SYNC_ANSWERS, 1);
    Atomics.notify(this.#control, CONTROL_SYNC_ANSWERS);
  }
}

function reportFault(error: unknown): void {
  throw error;
}

async function loadModules(distDirectory: string): Promise<SandboxModules> {
  const compile = async (file: string): Promise<WebAssembly.Module> =>
    WebAssembly.compile(await readFile(join(distDirectory, file)));
  const [quickjs, ...extensions] = await Promise.all([
    compile('quickjs.wasm'),
    ...EXTENSIONS.map((name) => compile(`${name}.so`)),
  ]);
  return {
    quickjs,
    extensions: extensions.map((wasm, index) => ({ name: EXTENSIONS[index] ?? '', wasm })),
  };
}
