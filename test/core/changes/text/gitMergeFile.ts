/** What git makes of three versions of a file, with its reasons. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { splitLines } from '../../../../src/base/lines.ts';
import type { MergeInput, MergePart } from '../../../../src/core/changes/text/merge3.ts';

const run = promisify(execFile);
const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const markerSize = 29;

/** Merges all cases with `git merge-file`, in one shell; git's conflicts come with all three sides. */
export async function gitMergeParts(
  cases: readonly MergeInput[],
): Promise<readonly (readonly MergePart[])[]> {
  return withFiles(cases, async (folder) => {
    const labels = '-L ours -L base -L theirs';
    const merge = `git merge-file -p --diff3 --marker-size=${markerSize} ${labels}`;
    const script = `i=0; while [ $i -lt ${cases.length} ]; do ${merge} $i.ours $i.base $i.theirs > $i.out; echo $?; i=$((i+1)); done`;
    const { stdout } = await run('sh', ['-c', script], { cwd: folder, env: environment });
    const codes = stdout.trim().split('\n').map(Number);
    const merged: (readonly MergePart[])[] = [];
    for (const [index, code] of codes.entries()) {
      if (code > 127) throw new Error(`git could not merge case ${index}.`);
      merged.push(readParts(await readFile(path.join(folder, `${index}.out`), 'latin1')));
    }
    return merged;
  });
}

/** Lines that git's own diff between two texts takes away and adds, as flags by line. */
export interface GitAlignment {
  readonly removed: readonly boolean[];
  readonly added: readonly boolean[];
}

/** How git's own diff lays the two sides of a merge over their base. */
export async function gitAlignments(
  input: MergeInput,
): Promise<{ readonly ours: GitAlignment; readonly theirs: GitAlignment }> {
  return withFiles([input], async (folder) => {
    const ours = await gitDiff(folder, { from: input.base, to: input.ours, name: '0.ours' });
    const theirs = await gitDiff(folder, { from: input.base, to: input.theirs, name: '0.theirs' });
    return { ours, theirs };
  });
}

async function withFiles<T>(
  cases: readonly MergeInput[],
  task: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'merge-cases-'));
  try {
    for (const [index, { base, ours, theirs }] of cases.entries())
      await Promise.all(
        Object.entries({ base, ours, theirs }).map(([side, text]) =>
          writeFile(path.join(folder, `${index}.${side}`), text, 'latin1'),
        ),
      );
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Section = 'text' | 'ours' | 'base' | 'theirs';

function readParts(output: string): readonly MergePart[] {
  const parts: MergePart[] = [];
  let found: Record<Section, string> = { text: '', ours: '', base: '', theirs: '' };
  let section: Section = 'text';
  const closeText = (): void => {
    if (found.text !== '') parts.push({ type: 'text', text: found.text });
  };
  for (const line of splitLines(output)) {
    const marker = markerOf(line);
    if (marker === null) found[section] += line;
    else if (marker === '<') section = 'ours';
    else if (marker === '|') section = 'base';
    else if (marker === '=') section = 'theirs';
    else {
      closeText();
      const { base, ours, theirs } = found;
      parts.push({ type: 'conflict', baseStart: 0, baseLines: 0, base, ours, theirs });
      found = { text: '', ours: '', base: '', theirs: '' };
      section = 'text';
    }
  }
  closeText();
  return parts;
}

function markerOf(line: string): string | null {
  const [first = ''] = line;
  const isMarker = '<|=>'.includes(first) && line.startsWith(first.repeat(markerSize));
  return isMarker ? first : null;
}

/** Without the heuristics that only make a diff nicer to read: a merge uses none of them. */
async function gitDiff(
  folder: string,
  task: { readonly from: string; readonly to: string; readonly name: string },
): Promise<GitAlignment> {
  const removed = splitLines(task.from).map(() => false);
  const added = splitLines(task.to).map(() => false);
  const flags = ['--no-index', '--no-indent-heuristic', '--text', '-U1', '--no-color'];
  const call = ['diff', ...flags, '0.base', task.name];
  const options = {
    cwd: folder,
    env: environment,
    encoding: 'latin1' as const,
    maxBuffer: 2 ** 28,
  };
  const output = await run('git', call, options).then(
    ({ stdout }) => stdout,
    (error: unknown) => stdoutOf(error),
  );
  let [oldLine, newLine] = [0, 0];
  let isInHunk = false;
  for (const line of output.split('\n')) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/u.exec(line);
    if (header !== null) {
      isInHunk = true;
      oldLine = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      newLine = Number(header[3]) - (header[4] === '0' ? 0 : 1);
    } else if (isInHunk && line.startsWith('-')) removed[oldLine++] = true;
    else if (isInHunk && line.startsWith('+')) added[newLine++] = true;
    else if (isInHunk && line.startsWith(' ')) [oldLine, newLine] = [oldLine + 1, newLine + 1];
  }
  return { removed, added };
}

/** Git ends with 1 when there is a difference. */
function stdoutOf(error: unknown): string {
  if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string')
    return error.stdout;
  throw error;
}
