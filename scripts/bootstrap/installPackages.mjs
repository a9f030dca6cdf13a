import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  BootstrapError,
  npmCommand,
  packagedNode,
  probe,
  rootDir,
  run,
  say,
  systemNode,
  withNodeFirst,
} from './run.mjs';

const stampFile = path.join(rootDir, 'node_modules/.muster-stamp');

/** Installs exactly what the lock file says, unless that was done already. */
export async function installPackages() {
  const wanted = wantedStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted && hasPackagedNode()) {
    return;
  }
  say('installing packages from package-lock.json (npm ci, about a minute)');
  const node = systemNode();
  await run(
    [
      ...npmCommand(node),
      'ci',
      // Said here because the user's own npm settings may say otherwise.
      ...['--ignore-scripts=false', '--include=dev', '--include=optional'],
      ...['--no-audit', '--no-fund', '--loglevel=error'],
    ],
    { env: withNodeFirst(node) },
  );
  if (!hasPackagedNode()) {
    throw new BootstrapError(
      `npm ci ended well, but ${packagedNode()} does not run. Delete node_modules, see that npm is ` +
        'allowed to run install scripts, and try again.',
    );
  }
  writeFileSync(stampFile, wanted);
}

function wantedStamp() {
  const lock = readFileSync(path.join(rootDir, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  return `${hash} ${process.platform}-${process.arch}\n`;
}

function hasPackagedNode() {
  return existsSync(packagedNode()) && probe([packagedNode(), '--version']).isOk;
}
