/** agents/<number>/changes.patch: what one agent changed, for `git apply` on the files that it started from. */
import { formatCount } from '../../../base/format.ts';
import { MAX_AGENT_PATCH_BYTES } from '../../limits.ts';
import type { FileContent } from '../../ports/fileView.ts';
import {
  contentSha256,
  fromByteText,
  isTextFile,
  SYMLINK_MODE,
  toByteText,
} from '../text/fileContent.ts';
import type { AgentChange } from '../tree/agentChanges.ts';
import { filePatch, type FileDiff } from './filePatch.ts';
import { quotePath } from './quotePath.ts';

/** Takes tokens and keys out of a text; everything else stays. */
export type Scrub = (text: string) => string;

/**
 * The patch as bytes; null when nothing was changed. Texts are scrubbed before they are compared, so that the
 * patch stays well-formed. What does not fit the limit, or cannot be scrubbed, is named in a line at the top.
 */
export function agentPatch(changes: readonly AgentChange[], scrub: Scrub): Uint8Array | null {
  if (changes.length === 0) return null;
  const files: string[] = [];
  const notes: string[] = [];
  let room = MAX_AGENT_PATCH_BYTES;
  for (const diff of withMoves(changes)) {
    const written = writeFile(diff, { scrub, room });
    if (written.type === 'leftOut') {
      notes.push(`# left out: ${quotePath(scrub(diff.to))}: ${written.reason}\n`);
    } else {
      files.push(written.text);
      room -= written.text.length;
    }
  }
  return fromByteText([...notes, ...files].join(''));
}

type Written =
  | { readonly type: 'written'; readonly text: string }
  | { readonly type: 'leftOut'; readonly reason: string };

function writeFile(
  diff: FileDiff,
  { scrub, room }: { readonly scrub: Scrub; readonly room: number },
): Written {
  const size = sizeOf(diff.before) + sizeOf(diff.after);
  const limit = `it would make the patch larger than ${formatCount(MAX_AGENT_PATCH_BYTES)} bytes`;
  // Not even compared: that work is bounded, too.
  if (size > MAX_AGENT_PATCH_BYTES) return { type: 'leftOut', reason: limit };
  const before = scrubbed(diff.before, scrub);
  const after = scrubbed(diff.after, scrub);
  if (before === 'secret' || after === 'secret') {
    return {
      type: 'leftOut',
      reason: 'it is not text, and holds something that looks like a token',
    };
  }
  const [from, to] = [scrub(diff.from), scrub(diff.to)];
  const text = filePatch({ from, to, before, after });
  return text.length > room ? { type: 'leftOut', reason: limit } : { type: 'written', text };
}

function sizeOf(content: FileContent | null): number {
  return content?.bytes.length ?? 0;
}

/** Nothing can be taken out of what is no text. */
function scrubbed(content: FileContent | null, scrub: Scrub): FileContent | null | 'secret' {
  if (content === null) return null;
  const text = toByteText(content.bytes);
  const clean = scrub(text);
  if (clean === text) return content;
  const isText = content.mode === SYMLINK_MODE || isTextFile(content);
  return isText ? { bytes: fromByteText(clean), mode: content.mode } : 'secret';
}

/** A file that went and one of the same bytes that came are one move. */
function withMoves(changes: readonly AgentChange[]): readonly FileDiff[] {
  const created = new Map<string, AgentChange[]>();
  for (const change of changes) {
    const key = change.base === null ? moveKey(change.proposed) : null;
    if (key !== null) created.set(key, [...(created.get(key) ?? []), change]);
  }
  const moved = new Set<AgentChange>();
  const diffs: FileDiff[] = [];
  for (const change of changes) {
    const { path: from, base: before, proposed } = change;
    const key = proposed === null ? moveKey(before) : null;
    const target = key === null ? undefined : created.get(key)?.shift();
    if (target !== undefined) moved.add(target);
    diffs.push({ from, to: target?.path ?? from, before, after: target?.proposed ?? proposed });
  }
  return diffs.filter((_diff, index) => {
    const change = changes[index];
    return change === undefined || !moved.has(change);
  });
}

/** Empty files are alike by chance, and links are no moves. */
function moveKey(content: FileContent | null): string | null {
  if (content === null || content.bytes.length === 0) return null;
  return content.mode === SYMLINK_MODE ? null : contentSha256(content);
}
