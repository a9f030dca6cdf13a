/** One file of a patch as git writes it, as byte text: one character for each byte. */
import type { FileContent } from '../../ports/fileView.ts';
import { isTextFile, sameBytes, SYMLINK_MODE, toByteText } from '../text/fileContent.ts';
import { unifiedHunks } from '../text/unifiedHunks.ts';
import { binaryPatch } from './binaryPatch.ts';
import { quotePath } from './quotePath.ts';

/** A file before and after; null where there is none. A move has two paths and the same bytes. */
export interface FileDiff {
  readonly from: string;
  readonly to: string;
  readonly before: FileContent | null;
  readonly after: FileContent | null;
}

/** What `git apply` turns the one side into the other with; '' where both are alike. */
export function filePatch(diff: FileDiff): string {
  const { before, after } = diff;
  if (before !== null && after !== null && isLink(before) !== isLink(after)) {
    // Git knows no change from a file to a link.
    return filePatch({ ...diff, after: null }) + filePatch({ ...diff, before: null });
  }
  const lines = [...modeLines(before, after), ...moveLines(diff)];
  const body = bodyOf(diff);
  if (lines.length === 0 && body === '') return '';
  const head = `diff --git ${quotePath(`a/${diff.from}`)} ${quotePath(`b/${diff.to}`)}\n`;
  return head + lines.map((line) => `${line}\n`).join('') + body;
}

function modeLines(before: FileContent | null, after: FileContent | null): readonly string[] {
  const [from, to] = [before?.mode.toString(8), after?.mode.toString(8)];
  if (from === undefined) return to === undefined ? [] : [`new file mode ${to}`];
  if (to === undefined) return [`deleted file mode ${from}`];
  return from === to ? [] : [`old mode ${from}`, `new mode ${to}`];
}

function moveLines({ from, to }: FileDiff): readonly string[] {
  if (from === to) return [];
  return ['similarity index 100%', `rename from ${quotePath(from)}`, `rename to ${quotePath(to)}`];
}

function bodyOf({ from, to, before, after }: FileDiff): string {
  if (sameBytes(before, after)) return '';
  const isText = [before, after].every((side) => side === null || hasLines(side));
  if (!isText) return binaryPatch(before?.bytes ?? null, after?.bytes ?? null);
  const hunks = unifiedHunks(textOf(before), textOf(after));
  // Git wants no file lines where an empty file comes or goes.
  if (hunks === '') return '';
  const left = before === null ? '/dev/null' : quotePath(`a/${from}`);
  const right = after === null ? '/dev/null' : quotePath(`b/${to}`);
  return `--- ${left}\n+++ ${right}\n${hunks}`;
}

function hasLines(content: FileContent): boolean {
  return isLink(content) || isTextFile(content);
}

function isLink({ mode }: FileContent): boolean {
  return mode === SYMLINK_MODE;
}

function textOf(content: FileContent | null): string {
  return content === null ? '' : toByteText(content.bytes);
}
