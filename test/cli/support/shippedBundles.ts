import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const builtDirectory = path.resolve(import.meta.dirname, '../../../dist');

/** Where the built command line lies as its users have it. */
export interface ShippedBundles {
  readonly dist: string;
  /** What its processes have compiled, so that each start costs a test less. */
  readonly compileCache: string;
}

let shipped: ShippedBundles | undefined;

/** Only what ships, copied once in this process: no node_modules lies at or above the copy. */
export function shippedBundles(): ShippedBundles {
  shipped ??= copyBundles();
  return shipped;
}

function copyBundles(): ShippedBundles {
  const root = mkdtempSync(path.join(tmpdir(), 'muster-dist-'));
  process.once('exit', () => {
    rmSync(root, { recursive: true, force: true });
  });
  const dist = path.join(root, 'dist');
  mkdirSync(dist);
  const names = readdirSync(builtDirectory);
  for (const name of names.filter((name) => /\.(cjs|mjs|js|wasm|so)$|^vendor$/u.test(name))) {
    cpSync(path.join(builtDirectory, name), path.join(dist, name), { recursive: true });
  }
  return { dist, compileCache: path.join(root, 'compile-cache') };
}
