import process from 'node:process';
import { BootstrapError, probe, say } from './run.mjs';

const minimumNode = [20, 20];
const minimumGit = [2, 25];
const fullGit = [2, 38];

/** Fails with what to do when Node or git is missing or too old. */
export function checkPrograms() {
  const node = process.versions.node;
  if (isOlder(versionOf(node), minimumNode)) {
    throw new BootstrapError(
      `Node ${node} is too old: Muster needs ${minimumNode.join('.')} or later. ` +
        'Install the current version from https://nodejs.org and try again.',
    );
  }
  const { isOk, output } = probe(['git', '--version']);
  const advice =
    'Install git (https://git-scm.com/downloads, or "apt-get install git") and try again.';
  if (!isOk) throw new BootstrapError(`git was not found, and Muster needs it. ${advice}`);
  const git = versionOf(output);
  if (isOlder(git, minimumGit)) {
    throw new BootstrapError(
      `git ${git.join('.')} is too old: 2.38 or later is best, 2.25 the least. ${advice}`,
    );
  }
  if (isOlder(git, fullGit)) {
    say(
      `git ${git.join('.')} is older than 2.38: merges go file by file, and a few tests are skipped`,
    );
  }
}

function versionOf(text) {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
  return [Number(major), Number(minor)];
}

function isOlder([major, minor], [wantedMajor, wantedMinor]) {
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
