import { existsSync, globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { editorServerMain, nodeExecutable } from './paths.ts';
import { runToEnd } from './runToEnd.ts';
import { startSupervised } from './supervisedProcess.ts';

const startDeadlineMs = 60_000;
const installDeadlineMs = 120_000;

// Workspace Trust is an application setting, which VS Code reads from the user's file only.
const quietUserSettings: Settings = {
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'git.openRepositoryInParentFolders': 'never',
  'extensions.ignoreRecommendations': true,
};

/** Settings of VS Code by their full names. */
export type Settings = Readonly<Record<string, unknown>>;

/** What a server is started with. */
export interface ServerOptions {
  readonly workspaceDir: string;
  /** Installed before the server starts. */
  readonly vsixPath?: string | undefined;
  readonly machineSettings?: Settings | undefined;
  /** Over the quiet defaults, e.g. to switch Workspace Trust on again. */
  readonly userSettings?: Settings | undefined;
  /**
   * VS Code shows no toasts while its test driver is on, and takes extensions under development and
   * test modules only while it is on. `toasts` switches the driver off: for installed extensions.
   */
  readonly notifications?: 'centerOnly' | 'toasts' | undefined;
  /** Environment of the server and thus of the extension host. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What one window is opened with. */
export interface WindowOptions {
  /** A folder, a `.code-workspace` file, or null for none; the server's own unless given. */
  readonly workspaceDir?: string | null | undefined;
  readonly extensionTestsPath?: string | undefined;
  /** One at most: the payload of a window keeps one. */
  readonly extensionDevelopmentPath?: string | undefined;
}

/** A real VS Code server, with a data folder and a port of its own. */
export interface VscodeServer {
  readonly dataDir: string;
  readonly origin: string;
  /** The address of a window. */
  url(options?: WindowOptions): string;
  /** Installs a packaged extension; windows see it after a reload. */
  installVsix(vsixPath: string): Promise<void>;
  /** Changes the user's settings; open windows follow. */
  changeUserSettings(changes: Settings): Promise<void>;
  /** The last output of the server, for error messages. */
  output(): string;
  /** Ends the server with all its extension hosts and deletes the data folder. */
  dispose(): Promise<void>;
}

/** Starts VS Code's server on a free port; it ends with this process at the latest. */
export async function startVscodeServer(options: ServerOptions): Promise<VscodeServer> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'muster-vscode-'));
  const machineSettingsFile = path.join(dataDir, 'data/Machine/settings.json');
  const userSettingsFile = path.join(dataDir, 'data/User/settings.json');
  let userSettings: Settings = { ...quietUserSettings, ...options.userSettings };
  await writeJson(machineSettingsFile, options.machineSettings ?? {});
  await writeJson(userSettingsFile, userSettings);
  if (options.vsixPath !== undefined) await bringInstalled(dataDir, options.vsixPath);
  const server = startSupervised(
    [nodeExecutable, editorServerMain(), ...serverArguments(dataDir, options)],
    editorEnvironment(dataDir, options.env),
  );
  const dispose = async () => {
    await server.dispose();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [, port] = await server.waitForOutput(/listening on (\d+)/, startDeadlineMs);
    const origin = `http://127.0.0.1:${String(port)}`;
    return {
      dataDir,
      origin,
      url: (window = {}) => windowUrl(origin, options, window),
      installVsix: (vsixPath) => installVsix(dataDir, vsixPath),
      changeUserSettings: (changes) => {
        userSettings = { ...userSettings, ...changes };
        return writeJson(userSettingsFile, userSettings);
      },
      output: () => server.output(),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(value, undefined, 2));
}

function serverArguments(dataDir: string, options: ServerOptions): readonly string[] {
  return [
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--without-connection-token',
    '--accept-server-license-terms',
    '--server-data-dir',
    dataDir,
    '--telemetry-level',
    'off',
    '--disable-experiments',
    ...(options.notifications === 'toasts' ? [] : ['--enable-smoke-test-driver']),
  ];
}

/** Every server gets a copy of what one installation has made, for the processes of a test run together. */
async function bringInstalled(dataDir: string, vsixPath: string): Promise<void> {
  const { mtimeMs, size } = await stat(vsixPath);
  const installed = path.resolve(`${vsixPath}.${Math.trunc(mtimeMs)}-${size}.installed`);
  if (!existsSync(installed)) await installOnce(vsixPath, installed);
  await cp(path.join(installed, 'extensions'), path.join(dataDir, 'extensions'), {
    recursive: true,
  });
}

async function installOnce(vsixPath: string, installed: string): Promise<void> {
  // Those of packages that stood here before.
  for (const old of globSync(`${path.resolve(vsixPath)}.*.installed`)) {
    // Another process may just have finished this one.
    if (old !== installed) await rm(old, { recursive: true, force: true });
  }
  const partial = await mkdtemp(`${installed}.`);
  try {
    await installVsix(partial, vsixPath);
    await rename(partial, installed);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(installed)) throw error;
  }
}

async function installVsix(dataDir: string, vsixPath: string): Promise<void> {
  await runToEnd({
    command: [
      nodeExecutable,
      editorServerMain(),
      '--server-data-dir',
      dataDir,
      '--accept-server-license-terms',
      '--install-extension',
      path.resolve(vsixPath),
      '--force',
    ],
    deadlineMs: installDeadlineMs,
  });
}

// State that the extension keeps outside the workspace must die with the server's data folder.
function editorEnvironment(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { XDG_STATE_HOME: path.join(dataDir, 'state'), ...env };
}

function windowUrl(origin: string, options: ServerOptions, window: WindowOptions): string {
  const remoteUri = (file: string) =>
    `vscode-remote://${new URL(origin).host}${path.resolve(file)}`;
  const { extensionDevelopmentPath, extensionTestsPath } = window;
  const needsDriver = extensionDevelopmentPath !== undefined || extensionTestsPath !== undefined;
  if (needsDriver && options.notifications === 'toasts') {
    throw new Error(
      'Cannot open a window with toasts and an extension under development: install it from a VSIX.',
    );
  }
  const files = Object.entries({ extensionDevelopmentPath, extensionTestsPath });
  const payload = [
    ...files.flatMap(([name, file]) => (file === undefined ? [] : [[name, remoteUri(file)]])),
    ['skipWelcome', 'true'],
  ];
  const { workspaceDir = options.workspaceDir } = window;
  const query = new URLSearchParams(workspaceQuery(workspaceDir));
  query.set('payload', JSON.stringify(payload));
  return `${origin}/?${query.toString()}`;
}

function workspaceQuery(workspaceDir: string | null): Record<string, string> {
  if (workspaceDir === null) return { ew: 'true' };
  const kind = workspaceDir.endsWith('.code-workspace') ? 'workspace' : 'folder';
  return { [kind]: path.resolve(workspaceDir) };
}
