import process from 'node:process';
import { findProgram, say } from './run.mjs';
import { installSystemPackages } from './systemPackages.mjs';

const packagesByProgram = { bwrap: 'bubblewrap', socat: 'socat', rg: 'ripgrep' };

/** Installs what the command sandbox needs on Linux; its tests are skipped where that is impossible. */
export async function prepareSandboxTools() {
  if (process.platform !== 'linux') return;
  const missing = Object.entries(packagesByProgram)
    .filter(([program]) => findProgram(program) === undefined)
    .map(([, packageName]) => packageName);
  if (missing.length === 0 || (await installSystemPackages(missing))) return;
  say(
    `tests of the command sandbox will be skipped; "apt-get install ${missing.join(' ')}" enables them`,
  );
}
