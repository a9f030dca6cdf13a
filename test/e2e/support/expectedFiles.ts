/**
 * What the workspace must hold after some hunks were accepted, worked out beside the product: the
 * proposed bytes come from `git apply` on the command line's patch, and are checked by their hashes;
 * accepted hunks are then spliced into the original bytes by line ranges.
 */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ProposalSet, type FileProposal, type Hunk } from '../../../src/protocol/proposals.ts';
import { nodeExecutable, repositoryDir } from '../../support/vscode/paths.ts';
import { runToEnd } from '../../support/vscode/runToEnd.ts';

const commandDeadlineMs = 30_000;

/** Every file of a folder by its path; each byte is one character, so that differences can be read. */
export type Files = Readonly<Record<string, string>>;

/** Reads all files of a folder but those of git. */
export async function readFiles(dir: string): Promise<Files> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(`.git${path.sep}`))
    .sort();
  const contents = await Promise.all(paths.map((file) => readFile(path.join(dir, file), 'latin1')));
  return Object.fromEntries(paths.map((file, index) => [file, contents[index] ?? '']));
}

/** The proposals of the last run, and the files as they would be with all of them. */
export interface Proposed {
  readonly set: ProposalSet;
  readonly files: Files;
}

/** Reads the proposals of the last run with the command line, before anything is decided. */
export async function readProposed(options: {
  readonly workspaceDir: string;
  readonly stateDir: string;
}): Promise<Proposed> {
  const cli = (...flags: string[]): Promise<string> =>
    runToEnd({
      command: [
        nodeExecutable,
        path.join(repositoryDir, 'dist/cli.cjs'),
        'proposals',
        'last',
        '--cwd',
        options.workspaceDir,
        '--state-dir',
        options.stateDir,
        ...flags,
      ],
      deadlineMs: commandDeadlineMs,
    });
  const set = ProposalSet.parse(JSON.parse(await cli('--json')));
  const files = await applyPatch(options.workspaceDir, await cli('--patch'));
  for (const { path: file, proposedSha256 } of set.files) {
    const hash = createHash('sha256').update(Buffer.from(files[file] ?? '', 'latin1'));
    if (hash.digest('hex') === proposedSha256) continue;
    throw new Error(`The patch of ${file} does not make the text that was proposed.`);
  }
  return { set, files };
}

/** The original files with exactly these hunks in them. */
export function withHunks(
  base: Files,
  proposed: Proposed,
  isAccepted: (hunk: Hunk) => boolean,
): Files {
  const changed = proposed.set.files.map((file): [string, string] => {
    const hunks = file.hunks.filter(isAccepted);
    return [file.path, spliceHunks(base, proposed.files, { ...file, hunks })];
  });
  return { ...base, ...Object.fromEntries(changed) };
}

function spliceHunks(base: Files, proposed: Files, file: FileProposal): string {
  const before = linesOf(base[file.path] ?? '');
  const after = linesOf(proposed[file.path] ?? '');
  const result: string[] = [];
  let taken = 0;
  for (const hunk of [...file.hunks].sort((a, b) => a.baseStart - b.baseStart)) {
    const { baseStart, baseLines, proposedStart, proposedLines } = hunk;
    result.push(...before.slice(taken, baseStart - 1));
    result.push(...after.slice(proposedStart - 1, proposedStart - 1 + proposedLines));
    taken = baseStart - 1 + baseLines;
  }
  return [...result, ...before.slice(taken)].join('');
}

// Lines keep their endings, so that joining them gives the same bytes.
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
}

async function applyPatch(workspaceDir: string, patch: string): Promise<Files> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'muster-patched-'));
  try {
    const patchFile = path.join(dir, 'all.patch');
    const copyDir = path.join(dir, 'copy');
    await writeFile(patchFile, patch);
    await cp(workspaceDir, copyDir, { recursive: true });
    const settings = ['-c', 'core.autocrlf=false', '-c', 'core.whitespace=cr-at-eol'];
    await runToEnd({
      command: ['git', ...settings, 'apply', '--whitespace=nowarn', patchFile],
      cwd: copyDir,
      deadlineMs: commandDeadlineMs,
    });
    return await readFiles(copyDir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
