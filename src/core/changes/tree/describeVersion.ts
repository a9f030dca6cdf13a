import { oneLine } from '../../../base/format.ts';
import { splitLines } from '../../../base/lines.ts';
import type { FileContent } from '../../ports/fileView.ts';
import type { ContentRef } from '../../../protocol/events/contentRef.ts';
import {
  classifyBytes,
  contentSha256,
  isTextFile,
  mayMix,
  sameBytes,
  toByteText,
  type ByteClass,
} from '../text/fileContent.ts';
import { computeHunks, wholeChangeId, type HunkRange, type TextHunk } from '../text/hunks.ts';
import type { HunkRecord, ProposedVersion } from '../proposalRecord.ts';

/** One file's two sides, and a way to tell who is behind a range of lines. */
export interface VersionSource {
  readonly path: string;
  readonly base: FileContent | null;
  readonly proposed: FileContent | null;
  readonly credit: (range: HunkRange) => Pick<HunkRecord, 'agentIds' | 'groupId'>;
}

/** Characters of a hunk's one-line preview: what a row of a tree can show. */
const PREVIEW_CHARS = 120;

/** Describes a change as hunks, or as one whole change where lines cannot be taken one by one. */
export function describeVersion(source: VersionSource): ProposedVersion {
  const { base, proposed } = source;
  const kind = kindOf(base, proposed);
  const encoding = encodingOf([base, proposed]);
  const hunks = kind === 'modify' ? textHunks(source) : [wholeHunk(source, kind)];
  return { kind, encoding, proposed: refOf(proposed), hunks };
}

/** Hash and mode of a content. */
export function refOf(content: FileContent | null): ContentRef | null {
  const sha256 = contentSha256(content);
  return content === null || sha256 === null ? null : { sha256, mode: content.mode };
}

function kindOf(base: FileContent | null, proposed: FileContent | null): ProposedVersion['kind'] {
  if (base === null) return 'create';
  if (proposed === null) return 'delete';
  if (sameBytes(base, proposed)) return 'mode';
  if (!isTextFile(base) || !isTextFile(proposed)) return 'binary';
  // A file that changed its encoding has no lines that could be taken one by one.
  return mayMix(base.bytes, proposed.bytes) ? 'modify' : 'binary';
}

function encodingOf(sides: readonly (FileContent | null)[]): ProposedVersion['encoding'] {
  const classes = new Set<ByteClass>();
  for (const side of sides) if (side !== null) classes.add(classifyBytes(side.bytes));
  if (classes.has('binary') || (classes.has('latin1') && classes.has('utf8'))) return 'binary';
  return classes.has('latin1') ? 'latin1' : 'utf8';
}

function textHunks(source: VersionSource): HunkRecord[] {
  const hunks = computeHunks({
    path: source.path,
    base: byteText(source.base),
    proposed: byteText(source.proposed),
  });
  return hunks.map((hunk) => {
    const { oldText, newText, ...range } = hunk;
    return { ...range, preview: previewOf({ oldText, newText }), ...source.credit(range) };
  });
}

function wholeHunk(source: VersionSource, kind: ProposedVersion['kind']): HunkRecord {
  const { path, base, proposed } = source;
  const oldText = wholeText(base, kind);
  const newText = wholeText(proposed, kind);
  const removed = splitLines(oldText).length;
  const added = splitLines(newText).length;
  const range = { baseStart: 1, baseLines: removed, proposedStart: 1, proposedLines: added };
  const hunkId = wholeChangeId({ path, before: nameOf(base), after: nameOf(proposed) });
  const preview = wholePreview(source, kind) ?? previewOf({ oldText, newText });
  return { hunkId, ...range, added, removed, preview, ...source.credit(range) };
}

function wholeText(content: FileContent | null, kind: ProposedVersion['kind']): string {
  const hasLines = kind !== 'binary' && kind !== 'mode';
  return content === null || !hasLines || !isTextFile(content) ? '' : byteText(content);
}

function byteText(content: FileContent | null): string {
  return content === null ? '' : toByteText(content.bytes);
}

function nameOf(content: FileContent | null): string {
  return content === null ? '' : `${contentSha256(content) ?? ''} ${content.mode}`;
}

/** The first line that says something: of the new text, or of the removed one. */
function previewOf({ oldText, newText }: Pick<TextHunk, 'oldText' | 'newText'>): string {
  const oldLines = new Set(splitLines(oldText));
  const isNews = (line: string): boolean => line.trim() !== '' && !oldLines.has(line);
  const line = splitLines(newText).find(isNews);
  if (line !== undefined) return readable(line);
  const newLines = new Set(splitLines(newText));
  const gone = splitLines(oldText).find((old) => old.trim() !== '' && !newLines.has(old));
  return gone === undefined ? '(blank lines)' : `− ${readable(gone)}`;
}

function readable(byteLine: string): string {
  const bytes = Buffer.from(byteLine, 'latin1');
  const text = bytes.toString(classifyBytes(bytes) === 'utf8' ? 'utf8' : 'latin1');
  return oneLine(text.replace('\ufeff', ''), PREVIEW_CHARS);
}

/** Null for a change that has lines to show. */
function wholePreview(
  { base, proposed }: VersionSource,
  kind: ProposedVersion['kind'],
): string | null {
  if (kind === 'mode') return `mode ${modeText(base)} → ${modeText(proposed)}`;
  if (kind !== 'binary') return null;
  return `${base?.bytes.length ?? 0} → ${proposed?.bytes.length ?? 0} bytes`;
}

function modeText(content: FileContent | null): string {
  return (content?.mode ?? 0).toString(8);
}
