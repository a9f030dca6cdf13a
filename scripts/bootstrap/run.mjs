// Running programs, for the bootstrap.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const rootDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Where everything lies that only tests need and that outlives `npm ci`. */
export const testToolsDir = path.join(rootDir, '.vscode-test');

const isWindows = process.platform === 'win32';
const nodePackageDir = path.join(rootDir, 'node_modules/node');

/** Something that the user can do something about; shown without a stack. */
export class BootstrapError extends Error {}

export function say(text) {
  console.log(`bootstrap: ${text}`);
}

/** Runs a command with its output shown; rejects when it fails. */
export function run(command, { cwd = rootDir, env = {} } = {}) {
  const [program, ...programArguments] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: isWindows && program === 'npm',
    });
    child.once('error', (error) =>
      reject(new BootstrapError(`Cannot run ${program}: ${error.message}`)),
    );
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new BootstrapError(`"${command.join(' ')}" in ${cwd} ended with ${code ?? signal}.`),
        );
    });
  });
}

/** Runs a command without showing anything and tells how it went. */
export function probe(command, { env = {}, cwd = rootDir, timeoutMs = 30_000 } = {}) {
  const [program, ...programArguments] = command;
  const result = spawnSync(program, programArguments, {
    cwd,
    encoding: 'utf8',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    env: { ...cleanEnvironment(), ...env },
  });
  return { isOk: result.status === 0, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

/** The full path of a program, or undefined. */
export function findProgram(name, directories = (process.env.PATH ?? '').split(path.delimiter)) {
  const names = isWindows ? [`${name}.exe`, `${name}.cmd`] : [name];
  const files = directories.flatMap((directory) => names.map((file) => path.join(directory, file)));
  return files.find((file) => path.isAbsolute(file) && existsSync(file));
}

/** The Node of the `node` package once it is installed. */
export function packagedNode() {
  return path.join(nodePackageDir, 'bin', isWindows ? 'node.exe' : 'node');
}

/** The best Node there is now: the packaged one, else the one that runs this. */
export function currentNode() {
  return existsSync(packagedNode()) ? packagedNode() : process.execPath;
}

/** A Node that outlives the removal of node_modules. */
export function systemNode() {
  if (!process.execPath.startsWith(path.join(rootDir, 'node_modules') + path.sep)) {
    return process.execPath;
  }
  const directories = (process.env.PATH ?? '').split(path.delimiter);
  const outside = directories.filter((directory) => !directory.includes('node_modules'));
  return findProgram('node', outside) ?? process.execPath;
}

/** npm itself, run by the given Node. */
export function npmCommand(node) {
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /^npm(-cli)?\.(c|m)?js$/.test(path.basename(script));
  return isNpm && existsSync(script) ? [node, script] : ['npm'];
}

/** An environment whose `node` is the given one. */
export function withNodeFirst(node) {
  return { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
}

// npm hands the configuration of the running script to its children, where most of it (prefix,
// omitted kinds of packages, the script's own name) is wrong. Where packages come from stays.
function cleanEnvironment() {
  const kept =
    /^npm_config_(registry|cafile|ca|cache|proxy|https?[-_]proxy|noproxy|userconfig|globalconfig|\/\/.*|@.*)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name !== 'NODE_ENV' && (!/^npm_/i.test(name) || kept.test(name)),
    ),
  );
}
