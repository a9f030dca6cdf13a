/** Where language tools keep what they need, for commands whose home folder is an empty one. */
import path from 'node:path';

interface ToolHome {
  readonly variable: string;
  /** Below the user's home, where the variable is not set. */
  readonly folder: string;
  /** The only readable parts, for tools that keep credentials beside them. */
  readonly readable?: readonly string[];
}

const TOOL_HOMES: readonly ToolHome[] = [
  { variable: 'CARGO_HOME', folder: '.cargo', readable: ['bin', 'registry', 'git'] },
  { variable: 'RUSTUP_HOME', folder: '.rustup' },
  { variable: 'GOPATH', folder: 'go', readable: ['bin', 'pkg'] },
  { variable: 'NVM_DIR', folder: '.nvm' },
  { variable: 'VOLTA_HOME', folder: '.volta' },
  { variable: 'FNM_DIR', folder: '.local/share/fnm' },
  { variable: 'ASDF_DATA_DIR', folder: '.asdf' },
  { variable: 'MISE_DATA_DIR', folder: '.local/share/mise' },
  { variable: 'PYENV_ROOT', folder: '.pyenv' },
  { variable: 'RBENV_ROOT', folder: '.rbenv' },
  { variable: 'BUN_INSTALL', folder: '.bun', readable: ['bin'] },
  { variable: 'DOTNET_ROOT', folder: '.dotnet' },
  { variable: 'NUGET_PACKAGES', folder: '.nuget/packages' },
  { variable: 'PYTHONUSERBASE', folder: '.local', readable: ['bin', 'lib'] },
];

export interface ToolAccess {
  /** Variables that lead a tool to its folder though `HOME` does not. */
  readonly environment: Readonly<Record<string, string>>;
  readonly readable: readonly string[];
}

/** What tells which tools a machine has; see SandboxMachine. */
export interface ToolMachine {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly exists: (path: string) => boolean;
  readonly resolve: (path: string) => string;
}

/** The tools that are there, and where. */
export function toolAccess(machine: ToolMachine): ToolAccess {
  const { home, environment, exists, resolve } = machine;
  const programs = (environment['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder) && exists(folder))
    .map(resolve);
  const present = TOOL_HOMES.flatMap(({ variable, folder, readable }) => {
    const place = environment[variable] ?? path.join(home, folder);
    return exists(place) ? [{ variable, place, readable }] : [];
  });
  const limited = new Set(present.filter(({ readable }) => readable !== undefined).map(placeOf));
  return {
    environment: {
      ...Object.fromEntries(present.map(({ variable, place }) => [variable, place])),
      // A folder that is a link, as some version managers make them, would lead nowhere.
      PATH: programs.join(path.delimiter),
    },
    readable: [
      ...present.flatMap(({ place, readable }) =>
        readable === undefined ? [place] : readable.map((name) => path.join(place, name)),
      ),
      ...programs.flatMap((folder) => installationOf(folder, home, limited)),
    ],
  };
}

function placeOf({ place }: { readonly place: string }): string {
  return place;
}

/** A folder of programs, and what is installed beside a `bin`: programs read their own libraries. */
function installationOf(
  folder: string,
  home: string,
  limited: ReadonlySet<string>,
): readonly string[] {
  const parent = path.dirname(folder);
  const isInstallation =
    path.basename(folder) === 'bin' && !limited.has(parent) && !contains(parent, home);
  return isInstallation ? [folder, parent] : [folder];
}

/** Whether a folder is another one, or holds it. */
export function contains(folder: string, place: string): boolean {
  const inside = path.relative(folder, place);
  return inside === '' || (!inside.startsWith('..') && !path.isAbsolute(inside));
}
