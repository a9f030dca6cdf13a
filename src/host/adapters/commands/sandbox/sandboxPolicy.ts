/** What a sandboxed command may read and write: system paths, tools and its own tree, nothing of the user's. */
import { contains, toolAccess } from './toolHomes.ts';

/** First folders of a path that hold the system and its programs; all others may hold somebody's data. */
const SYSTEM_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  linux: [
    'bin',
    'boot',
    'dev',
    'etc',
    'lib',
    'lib32',
    'lib64',
    'libx32',
    'gnu',
    'nix',
    'opt',
    'proc',
    'sbin',
    'snap',
    'sys',
    'usr',
  ],
  darwin: ['Applications', 'Library', 'System', 'bin', 'cores', 'dev', 'etc', 'opt', 'sbin', 'usr'],
};

/** Folders inside those with somebody's data, and folders outside of them with the system's. */
const DENIED_INSIDE = ['/usr/local/home', '/private/tmp', '/private/var/folders'];
const ALLOWED_OUTSIDE = ['/run/current-system', '/private/etc', '/private/var/db'];

export interface SandboxMachine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Names of the folders in `/`. */
  readonly rootFolders: readonly string[];
  /** Folders with the user's work and ours, wherever they are. */
  readonly hidden: readonly string[];
  /** Folders with the sandbox's own programs. */
  readonly runtime: readonly string[];
  readonly exists: (path: string) => boolean;
  /** The real place of a folder; the same path where there is none. */
  readonly resolve: (path: string) => string;
}

/** The two folders that a command has for itself. */
export interface Scratch {
  readonly tree: string;
  readonly home: string;
  /** Parts of the tree that stay as they are: installed dependencies, which the next command uses too. */
  readonly fixed: readonly string[];
}

export interface SandboxPolicy {
  readonly denyRead: readonly string[];
  readonly allowRead: readonly string[];
  readonly allowWrite: readonly string[];
  readonly denyWrite: readonly string[];
  /** In place of the user's variables of these names. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Absolute paths only; what is allowed goes before what is denied. */
export function sandboxPolicy(machine: SandboxMachine, scratch: Scratch): SandboxPolicy {
  const { platform, home, hidden, runtime, exists } = machine;
  const system = new Set(SYSTEM_FOLDERS[platform]);
  const others = machine.rootFolders.filter((name) => !system.has(name)).map((name) => `/${name}`);
  const tools = toolAccess(machine);
  const denyRead = [...others, ...DENIED_INSIDE, home, ...hidden].filter(exists);
  const readable = [...tools.readable, ...ALLOWED_OUTSIDE].filter(
    (place) => exists(place) && !hidden.some((folder) => contains(folder, place)),
  );
  const { tree, home: scratchHome, fixed } = scratch;
  return {
    denyRead: [...new Set(denyRead)],
    allowRead: [...new Set([tree, scratchHome, ...runtime, ...readable])],
    allowWrite: [tree, scratchHome],
    denyWrite: fixed.filter(exists),
    environment: { ...tools.environment, ...homeVariables(scratchHome) },
  };
}

function homeVariables(home: string): Readonly<Record<string, string>> {
  const temporary = `${home}/tmp`;
  return { HOME: home, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
}

/** Variables that lead into the user's home, or to a socket there. */
export const HOME_VARIABLES: readonly string[] = [
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'GOCACHE',
];
