// VS Code's server, extension host and workbench come from the npm package code-server, because
// that needs nothing but the npm registry.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  BootstrapError,
  findProgram,
  npmCommand,
  packagedNode,
  probe,
  rootDir,
  run,
  say,
  systemNode,
  testToolsDir,
  withNodeFirst,
} from './run.mjs';
import { installSystemPackages } from './systemPackages.mjs';

const version = '4.139.1';
const recipe = 1;
const nativeModules = ['node-pty', '@vscode/spdlog', '@vscode/native-watchdog'];
const installDir = path.join(testToolsDir, `code-server-${version}`);
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

/**
 * Installs the editor for tests, unless a complete installation is there. It is downloaded while our own
 * packages are still being installed; `packages` settles when they are.
 */
export async function prepareVscode(packages = Promise.resolve()) {
  const stampFile = path.join(installDir, '.muster-stamp');
  const wanted = `${recipe} v${lockedNodeVersion()} ${process.platform}-${process.arch}\n`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  if (process.platform === 'win32') {
    throw new BootstrapError(
      'VS Code for tests cannot be prepared on Windows: set MUSTER_VSCODE to the path of Code.exe.',
    );
  }
  say(`preparing VS Code for tests (code-server ${version}, about a minute and a half)`);
  // Put together beside its place and moved there last, so that a torn installation is never used.
  const partialDir = `${installDir}.partial`;
  rmSync(partialDir, { recursive: true, force: true });
  mkdirSync(partialDir, { recursive: true });
  writeFileSync(path.join(partialDir, 'package.json'), '{ "private": true }\n');
  await install(partialDir, packages);
  writeFileSync(path.join(partialDir, '.muster-stamp'), wanted);
  rmSync(installDir, { recursive: true, force: true });
  renameSync(partialDir, installDir);
}

async function install(dir, packages) {
  const vscodeDir = path.join(dir, 'node_modules/code-server/lib/vscode');
  const [hasTools] = await Promise.all([hasCompiler(), download(dir, vscodeDir), packages]);
  if (!hasTools) return;
  const node = packagedNode();
  const rebuild = ['rebuild', ...nativeModules, '--ignore-scripts=false', ...quiet];
  const headers = { npm_config_nodedir: headersDir() };
  const env = { ...withNodeFirst(node), ...headers };
  await run([...npmCommand(node), ...rebuild], { cwd: vscodeDir, env });
  verifyNativeModules(vscodeDir);
}

// By the Node of the system: the packaged one may not be there yet, and no script runs here.
async function download(dir, vscodeDir) {
  const node = systemNode();
  const npm = npmCommand(node);
  const env = withNodeFirst(node);
  const noScripts = '--ignore-scripts';
  await run([...npm, 'install', `code-server@${version}`, noScripts, ...quiet], { cwd: dir, env });
  await run([...npm, 'install', '--omit=dev', noScripts, ...quiet], { cwd: vscodeDir, env });
}

// The version that compiles the editor's modules, known before it is installed.
function lockedNodeVersion() {
  const lock = JSON.parse(readFileSync(path.join(rootDir, 'package-lock.json'), 'utf8'));
  return lock.packages['node_modules/node'].version;
}

// The log files of the editor and its watchdog need compiled modules; it runs without them, too.
async function hasCompiler() {
  const isPresent = () => ['python3', 'make', 'g++'].every((name) => findProgram(name));
  if (isPresent()) return true;
  await installSystemPackages(['python3', 'make', 'g++']);
  if (!isPresent()) {
    say('no compiler: VS Code will write no log files ("apt-get install python3 make g++" helps)');
  }
  return isPresent();
}

function verifyNativeModules(vscodeDir) {
  const loads = nativeModules.map((name) => `require(${JSON.stringify(name)});`).join('');
  const { isOk, output } = probe([packagedNode(), '-e', loads], { cwd: vscodeDir });
  if (!isOk) throw new BootstrapError(`VS Code's native modules do not load:\n${output}`);
}

// The platform package that holds the Node executable holds its C++ headers as well.
function headersDir() {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${process.platform}-${process.arch}`;
  const candidates = [`node_modules/node/node_modules/${name}`, `node_modules/${name}`];
  const found = candidates
    .map((candidate) => path.join(rootDir, candidate))
    .find((dir) => existsSync(path.join(dir, 'include/node/node.h')));
  if (found === undefined) {
    throw new BootstrapError(`The headers of Node were not found in ${candidates.join(' or ')}.`);
  }
  return found;
}
