import { canonicalJson, parseJson, type Json } from '../../base/json.ts';
import type { FileContent } from '../ports/fileView.ts';
import { flagReason } from '../../paths/protectedPaths.ts';
import { EXECUTABLE_MODE, SYMLINK_MODE } from './text/fileContent.ts';

/** Parts of package.json that make something run: npm's own, and those of hook managers. */
const RUNNING_KEYS = [
  'scripts',
  'husky',
  'lint-staged',
  'nano-staged',
  'simple-git-hooks',
  'pre-commit',
  'pre-push',
  'gitHooks',
  'lefthook',
  'wireit',
  'gypfile',
  'binary',
];

/** Parts of package.json that decide what is installed, from where, and whose install scripts may run. */
const INSTALLING_KEYS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'dependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'trustedDependencies',
  'allowScripts',
  'overrides',
  'resolutions',
  'workspaces',
  'catalog',
  'catalogs',
  'pnpm',
  'packageManager',
  'devEngines',
  'publishConfig',
  'bin',
];

/**
 * Why a change needs an accept of its own; null for most. It does by its path, or because the file can be
 * run as a program afterwards. A change of package.json needs one when it touches what runs or what is
 * installed, or when that cannot be told.
 */
export function flagForChange(change: ChangedFile): string | null {
  return flagForPath(change) ?? flagForMode(change);
}

/** One file before and after; null where it does not exist. */
export interface ChangedFile {
  readonly path: string;
  readonly base: FileContent | null;
  readonly proposed: FileContent | null;
}

function flagForMode({ base, proposed }: ChangedFile): string | null {
  if (proposed === null || proposed.mode === base?.mode) return null;
  if (proposed.mode === SYMLINK_MODE) return 'Symbolic link: writes to it go elsewhere.';
  return proposed.mode === EXECUTABLE_MODE ? 'Executable: it can run as a program.' : null;
}

function flagForPath({ path, base, proposed }: ChangedFile): string | null {
  const reason = flagReason(path);
  if (reason === null || !/(^|\/)package\.json$/u.test(path)) return reason;
  const before = readManifest(base);
  const after = readManifest(proposed);
  if (before === null || after === null) return reason;
  if (partsOf(before, RUNNING_KEYS) !== partsOf(after, RUNNING_KEYS)) return reason;
  return partsOf(before, INSTALLING_KEYS) === partsOf(after, INSTALLING_KEYS)
    ? null
    : 'Dependencies: they decide which code is installed, from where, and under which name it runs.';
}

type Manifest = Readonly<Record<string, Json>>;

function partsOf(manifest: Manifest, keys: readonly string[]): string {
  return canonicalJson(keys.map((key) => manifest[key] ?? null));
}

function readManifest(content: FileContent | null): Manifest | null {
  if (content === null) return null;
  try {
    const manifest = parseJson(
      Buffer.from(content.bytes)
        .toString('utf8')
        .replace(/^\ufeff/u, ''),
    );
    return isObject(manifest) ? manifest : null;
  } catch {
    // Not JSON: nothing can be told about it, which the caller treats as a reason to ask.
    return null;
  }
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
