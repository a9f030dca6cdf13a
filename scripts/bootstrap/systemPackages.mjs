import { existsSync } from 'node:fs';
import process from 'node:process';
import { findProgram, run, say } from './run.mjs';

/** True where this process may install Debian packages. */
export function canInstallSystemPackages() {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    existsSync('/etc/debian_version') &&
    findProgram('apt-get') !== undefined
  );
}

// apt-get locks its own files: a second one would fail instead of waiting.
let lastInstallation = Promise.resolve();

/** Installs Debian packages; false when that is not possible here or failed. */
export async function installSystemPackages(packages) {
  if (!canInstallSystemPackages()) return false;
  const installation = lastInstallation.then(() => install(packages));
  lastInstallation = installation;
  return installation;
}

async function install(packages) {
  say(`installing ${packages.join(', ')} with apt-get`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  try {
    await run(['apt-get', ...quiet, 'update'], { env });
    await run(['apt-get', ...quiet, 'install', '-y', '--no-install-recommends', ...packages], {
      env,
    });
    return true;
  } catch (error) {
    say(`that failed: ${error.message}`);
    return false;
  }
}
