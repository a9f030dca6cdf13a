import { splitLines } from '../../../base/lines.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { isTextFile, toByteText } from './fileContent.ts';
import type { HunkRange } from './hunks.ts';
import { diffLineLists } from './lineDiff.ts';

interface AuthoredLine {
  /** Index in the base, for a line that nobody touched. */
  readonly baseIndex: number | null;
  readonly agentIds: readonly number[];
}

/** Who wrote which line of one file, kept up step by step as agents' versions follow each other. */
export class LineAuthors {
  readonly #removedBy = new Map<number, readonly number[]>();
  #text: readonly string[];
  #lines: readonly AuthoredLine[];

  constructor(base: FileContent | null) {
    this.#text = linesOf(base);
    this.#lines = this.#text.map((_, baseIndex) => ({ baseIndex, agentIds: [] }));
  }

  /** Takes over the next version of the file. A changed line keeps its earlier authors beside the new one. */
  advance(content: FileContent | null, agentId: number): void {
    const nextText = linesOf(content);
    const next: AuthoredLine[] = [];
    let index = 0;
    for (const change of diffLineLists(this.#text, nextText)) {
      while (index < change.oldStart) this.#copy(next, index++);
      const removed = this.#lines.slice(change.oldStart, change.oldEnd);
      const agentIds = union([...removed.map((line) => line.agentIds), [agentId]]);
      for (const { baseIndex } of removed)
        if (baseIndex !== null) this.#removedBy.set(baseIndex, agentIds);
      for (let added = change.newStart; added < change.newEnd; added++)
        next.push({ baseIndex: null, agentIds });
      index = change.oldEnd;
    }
    while (index < this.#lines.length) this.#copy(next, index++);
    this.#text = nextText;
    this.#lines = next;
  }

  /** Agents whose work a hunk from the base to the present version holds; empty when none can be named. */
  authorsOf(range: HunkRange): readonly number[] {
    const found: (readonly number[])[] = [];
    for (let offset = 0; offset < range.proposedLines; offset++)
      found.push(this.#lines[range.proposedStart - 1 + offset]?.agentIds ?? []);
    for (let offset = 0; offset < range.baseLines; offset++)
      found.push(this.#removedBy.get(range.baseStart - 1 + offset) ?? []);
    return union(found);
  }

  #copy(target: AuthoredLine[], index: number): void {
    const line = this.#lines[index];
    if (line !== undefined) target.push(line);
  }
}

function linesOf(content: FileContent | null): readonly string[] {
  return content !== null && isTextFile(content) ? splitLines(toByteText(content.bytes)) : [];
}

function union(lists: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(lists.flat())];
}
