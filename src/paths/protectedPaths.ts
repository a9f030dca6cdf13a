import picomatch from 'picomatch';
import { FLAGGED_PATHS } from './flaggedPaths.ts';

/**
 * How a path may be used: `hidden` is refused even to be read, `readOnly` may be read, `flagged` may be
 * written and needs an accept of its own.
 */
export type PathClass = 'hidden' | 'readOnly' | 'flagged' | 'plain';

/** All globs are in lower case; paths are folded before they are compared. */
const HIDDEN = matcher([
  '**/.git',
  '**/.git/**',
  '**/.env',
  '**/.env.*',
  '**/*.{pem,key,p12,pfx,jks,keystore,ppk}',
  '**/id_{rsa,dsa,ecdsa,ecdsa_sk,ed25519,ed25519_sk}',
  '**/.ssh/**',
  '**/.git-credentials',
  '**/.netrc',
  // What an accept that was killed left beside a file; see src/apply.
  '**/.*.muster-tmp',
]);

const NOT_HIDDEN = matcher(['**/.env.{example,sample,template}']);

const READ_ONLY = matcher(['**/.vscode/{settings,tasks,launch}.json', '**/*.code-workspace']);

const FLAGS = FLAGGED_PATHS.map(({ globs, reason }) => ({ matches: matcher(globs), reason }));

/** The strictest list that a path is on, whatever its letter case or disguise. */
export function classifyPath(path: string): PathClass {
  return rulesFor(path).pathClass;
}

/** True for paths that no proposal may ever write, whoever accepts it. */
export function isProtectedPath(path: string): boolean {
  const pathClass = classifyPath(path);
  return pathClass === 'hidden' || pathClass === 'readOnly';
}

/** Why a path needs an accept of its own; null for most. */
export function flagReason(path: string): string | null {
  return rulesFor(path).flagReason;
}

interface PathRules {
  readonly pathClass: PathClass;
  readonly flagReason: string | null;
}

/** Paths whose rules are remembered: about a megabyte, and more than the agents of one run touch. */
const MAX_REMEMBERED_PATHS = 4096;

/** A path is looked at several times by each agent that touches it, at ten globs a time. */
const remembered = new Map<string, PathRules>();

function rulesFor(path: string): PathRules {
  const known = remembered.get(path);
  if (known !== undefined) return known;
  const rules = findRules(foldPath(path));
  if (remembered.size >= MAX_REMEMBERED_PATHS) remembered.clear();
  // A longer one names no file that a system takes, and must not fill the memory.
  if (path.length <= MAX_PATH_BYTES) remembered.set(path, rules);
  return rules;
}

function findRules(folded: string): PathRules {
  const reason = FLAGS.find((flag) => flag.matches(folded))?.reason ?? null;
  return { pathClass: findClass(folded, reason), flagReason: reason };
}

function findClass(folded: string, reason: string | null): PathClass {
  if (HIDDEN(folded) && !NOT_HIDDEN(folded)) return 'hidden';
  if (READ_ONLY(folded)) return 'readOnly';
  return reason === null ? 'plain' : 'flagged';
}

export type NormalisedPath =
  | { readonly type: 'path'; readonly path: string }
  | { readonly type: 'refused'; readonly reason: string };

/** Bytes that a path may have; the systems that we know allow no more. */
const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;

/** A path from an agent in the form that trees use, or the reason why it cannot name a file of the workspace. */
export function normaliseAgentPath(path: string): NormalisedPath {
  const reason = whyUnsafe(path);
  if (reason !== null) return refused(path, reason);
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0) return refused(path, 'it names no file');
  for (const name of names) {
    const unsafe = whyUnsafeName(name);
    if (unsafe !== null) return refused(path, unsafe);
  }
  return { type: 'path', path: names.join('/') };
}

function refused(path: string, reason: string): NormalisedPath {
  const shown = JSON.stringify(path.slice(0, 200));
  return {
    type: 'refused',
    reason: `Cannot use the path ${shown}: ${reason}. Use a path relative to the workspace, with "/".`,
  };
}

function whyUnsafe(path: string): string | null {
  if (!path.isWellFormed()) return 'it is not valid text';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return 'it is too long';
  // Control characters are what this test is for.
  if (/\p{Cc}|[\u2028\u2029]/u.test(path)) return 'it holds a control character';
  if (path.includes('\\')) return 'it holds a backslash';
  if (path.startsWith('/') || /^[A-Za-z]:/u.test(path)) return 'it is absolute';
  if (path.startsWith('~')) return 'it starts with "~"';
  return null;
}

function whyUnsafeName(name: string): string | null {
  if (name === '..') return 'it leads out of its folder with ".."';
  if (/[. ]$/u.test(name)) return 'a name in it ends with a dot or a space';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return 'a name in it is too long';
  return null;
}

/**
 * What the file systems that people use may take a path for: without letter case, without characters
 * that macOS ignores, without what Windows cuts off (final dots and spaces, `:stream`), and with its
 * short name of `.git` spelled out.
 */
function foldPath(path: string): string {
  return path
    .split(/[/\\]/u)
    .map((name) =>
      name
        .normalize('NFKC')
        .replaceAll(/\p{Default_Ignorable_Code_Point}|\p{Cc}/gu, '')
        .toLowerCase()
        .replace(/:.*$/su, '')
        .replace(/[. ]+$/u, '')
        .replace(/^git~\d+$/u, '.git'),
    )
    .filter((name) => name !== '')
    .join('/');
}

function matcher(globs: readonly string[]): (path: string) => boolean {
  return picomatch([...globs], { dot: true, nonegate: true });
}
