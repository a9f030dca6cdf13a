import process from 'node:process';
import { findProgram, say } from './run.mjs';
import { installSystemPackages } from './systemPackages.mjs';

const packagesByProgram = { bwrap: 'bubblewrap', socat: 'socat', rg: 'ripgrep' };

/** Installs what the command sandbox needs on Linux; where that is impossible it is tested as absent. */
export async function prepareSandboxTools() {
  if (process.platform !== 'linux') return;
  const missing = Object.entries(packagesByProgram)
    .filter(([program]) => findProgram(program) === undefined)
    .map(([, packageName]) => packageName);
  if (missing.length === 0 || (await installSystemPackages(missing))) return;
  say(
    `the command sandbox will be tested as absent; "apt-get install ${missing.join(' ')}" enables them`,
  );
}
