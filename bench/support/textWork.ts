// The line diff and the merge on large texts, beside git's.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { diffLineLists } from '../../src/core/changes/text/lineDiff.ts';
import { merge3 } from '../../src/core/changes/text/merge3.ts';
import { splitLines } from '../../src/base/lines.ts';
import { timedNow } from './timed.ts';

const repeats = 20;

/** The least of some merges of 5,000 lines, and of diffs of 50,000 lines with 15,000 edits. */
export function measureTexts(folder: string): Readonly<Record<string, number>> {
  const lines = linesOf(5000);
  const merge = {
    base: lines.join(''),
    ours: edited(lines, 10, 'ours').join(''),
    theirs: edited(lines, 60, 'theirs').join(''),
  };
  const mergeMs = least(repeats, () => {
    if (merge3(merge).type === 'conflict') throw new Error('The edits do not fit.');
  });
  const files = Object.entries(merge).map(([side, text]) => {
    const file = path.join(folder, `merge.${side}`);
    writeFileSync(file, text);
    return file;
  });
  const [base = '', ours = '', theirs = ''] = files;
  const mergeFloorMs = least(5, () => gitMayDiffer(['merge-file', '-p', ours, base, theirs]));
  const { oldLines, newLines } = rewrite();
  const diffMs = least(5, () => {
    const changes = diffLineLists(splitLines(oldLines.join('')), splitLines(newLines.join('')));
    if (changes.length < 10_000) throw new Error(`Only ${changes.length} changes were found.`);
  });
  return { mergeMs, mergeFloorMs, diffMs, diffFloorMs: diffFloorMs(folder) };
}

function diffFloorMs(folder: string): number {
  const { oldLines, newLines } = rewrite();
  const [before, after] = [path.join(folder, 'before.txt'), path.join(folder, 'after.txt')];
  writeFileSync(before, oldLines.join(''));
  writeFileSync(after, newLines.join(''));
  return least(3, () => gitMayDiffer(['diff', '--no-index', '--numstat', before, after]));
}

/** 50,000 lines of which 15,000 are written anew. */
function rewrite(): { readonly oldLines: readonly string[]; readonly newLines: readonly string[] } {
  const oldLines = linesOf(50_000);
  const newLines = oldLines.map((line, index) =>
    [1, 4, 7].includes(index % 10) ? `new ${index}\n` : line,
  );
  return { oldLines, newLines };
}

function linesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_x, index) => `line ${index} of ${index % 97}\n`);
}

function edited(lines: readonly string[], place: number, word: string): readonly string[] {
  return lines.map((line, index) => (index % 100 === place ? `${word} ${index}\n` : line));
}

function gitMayDiffer(args: readonly string[]): void {
  try {
    execFileSync('git', args, { stdio: ['ignore', 'ignore', 'ignore'] });
  } catch (error) {
    // Both end with 1 and more where there is a difference or a conflict.
    if (!(error instanceof Error && 'status' in error && typeof error.status === 'number'))
      throw error;
    if (error.status > 127) throw error;
  }
}

function least(times: number, task: () => void): number {
  return Math.min(...Array.from({ length: times }, () => timedNow(task)[0]));
}
