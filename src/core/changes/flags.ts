import { canonicalJson, parseJson, type Json } from '../../base/json.ts';
import type { FileContent } from '../ports/fileView.ts';
import { flagReason } from './protectedPaths.ts';

/** Parts of package.json that make something run: npm's own, and those of hook managers. */
const RUNNING_KEYS = [
  'scripts',
  'husky',
  'lint-staged',
  'simple-git-hooks',
  'pre-commit',
  'gitHooks',
];

/**
 * Why a change needs an accept of its own; null for most. A change of package.json needs one when it
 * touches what runs, or when that cannot be told.
 */
export function flagForChange(change: {
  readonly path: string;
  readonly base: FileContent | null;
  readonly proposed: FileContent | null;
}): string | null {
  const reason = flagReason(change.path);
  if (reason === null || !/(^|\/)package\.json$/u.test(change.path)) return reason;
  const before = runningParts(change.base);
  const after = runningParts(change.proposed);
  return before !== null && before === after ? null : reason;
}

function runningParts(content: FileContent | null): string | null {
  if (content === null) return null;
  try {
    const manifest = parseJson(
      Buffer.from(content.bytes)
        .toString('utf8')
        .replace(/^\ufeff/u, ''),
    );
    if (!isObject(manifest)) return null;
    return canonicalJson(RUNNING_KEYS.map((key) => manifest[key] ?? null));
  } catch {
    // Not JSON: nothing can be told about it, which the caller treats as a reason to ask.
    return null;
  }
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
