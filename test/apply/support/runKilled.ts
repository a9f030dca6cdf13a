import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { KillOrder } from './killingChild.ts';

/** Processes that carry out plans and are killed while they do. */
export class KilledProcesses {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bundles the child once, because a start through a TypeScript loader takes ten times as long. */
  static async prepare(): Promise<KilledProcesses> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'muster-killed-'));
    await build({
      entryPoints: [path.join(import.meta.dirname, 'killingChild.ts')],
      outfile: path.join(folder, 'child.mjs'),
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    return new KilledProcesses(folder);
  }

  /** Starts one and waits for its end; gives the signal that ended it, null when it came to its own end. */
  async run(order: KillOrder): Promise<NodeJS.Signals | null> {
    const file = path.join(order.runDirectory, 'order.json');
    await writeFile(file, JSON.stringify(order));
    const child = spawn(process.execPath, [path.join(this.#folder, 'child.mjs'), file], {
      stdio: ['ignore', 'inherit', 'inherit'],
      // Half of a start is the compiling of the bundle.
      env: { NODE_COMPILE_CACHE: path.join(this.#folder, 'cache') },
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (code === 0 || signal === 'SIGKILL') resolve(signal);
        else reject(new Error(`The child ended with ${String(code ?? signal)}.`));
      });
    });
  }

  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
