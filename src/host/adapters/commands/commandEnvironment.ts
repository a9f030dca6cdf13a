/**
 * What a command sees of the user's environment. A list of what passes, not of what is held back: keys
 * have any name. `HOME` passes because package managers and compilers keep their caches there, and
 * because without a sandbox hiding its name would hide nothing. `NODE_OPTIONS` and the `npm_*`
 * variables do not pass: they carry debuggers and the settings of whatever started the editor.
 */
const PASSED_VARIABLES: readonly string[] = [
  // Finding programs and the user's own place.
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TZ',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'LC_COLLATE',
  'LC_MESSAGES',
  'LC_NUMERIC',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  // Where version managers and languages keep what is installed.
  'NVM_DIR',
  'NVM_BIN',
  'VOLTA_HOME',
  'FNM_DIR',
  'FNM_MULTISHELL_PATH',
  'ASDF_DIR',
  'ASDF_DATA_DIR',
  'MISE_DATA_DIR',
  'PNPM_HOME',
  'BUN_INSTALL',
  'DENO_DIR',
  'COREPACK_HOME',
  'PYENV_ROOT',
  'RBENV_ROOT',
  'GOPATH',
  'GOROOT',
  'GOCACHE',
  'CARGO_HOME',
  'RUSTUP_HOME',
  'JAVA_HOME',
  'MAVEN_HOME',
  'GRADLE_HOME',
  'ANDROID_HOME',
  'DOTNET_ROOT',
  'SDKROOT',
  'NUGET_PACKAGES',
  'PYTHONUSERBASE',
  'NIX_PATH',
  'NIX_PROFILES',
  'NIX_SSL_CERT_FILE',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  // Windows finds nothing without these.
  'SystemRoot',
  'SystemDrive',
  'windir',
  'ComSpec',
  'PATHEXT',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
];

/** Marks every process that a command starts, so that those which left its group are found again. */
export const RUN_TAG_VARIABLE = 'MUSTER_RUN';

/** Environment of one command. */
export function commandEnvironment(base: NodeJS.ProcessEnv, runTag: string): NodeJS.ProcessEnv {
  const passed = new Set(PASSED_VARIABLES.map((name) => name.toUpperCase()));
  const entries = Object.entries(base).filter(([name]) => passed.has(name.toUpperCase()));
  return {
    ...Object.fromEntries(entries),
    // A test runner must neither draw on a terminal nor wait for a person.
    TERM: 'dumb',
    CI: '1',
    NO_COLOR: '1',
    [RUN_TAG_VARIABLE]: runTag,
  };
}
