import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProposalSet } from '../../src/protocol/proposals.ts';
import { obey, promptFor } from '../host/support/obedientModel.ts';
import { git } from '../host/support/sampleWorkspace.ts';
import { editOf, workflow } from '../host/support/workflowScript.ts';
import { after } from '../support/messagesApi/replies.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { proposalsOf } from './support/reviewedRun.ts';

const fileCount = 5000;
const agentCount = 100;
const ownFilesPerAgent = 11;
const agentsPerSharedFile = 5;
const atOnce = 24;
const mostStateBytes = 100 * 1024 * 1024;

/** Lines between the places of two agents in a shared file: far more than two hunks need to stay apart. */
const linesPerAgent = 30;
const ownLines = 40;

const pathOf = (file: number) => `src/part${file % 50}/module${file}.js`;
const ownFile = (agent: number, each: number) => agent * ownFilesPerAgent + each;
const sharedFile = (agent: number) => fileCount - 1 - Math.floor(agent / agentsPerSharedFile);
const placeInShared = (agent: number) => (agent % agentsPerSharedFile) * linesPerAgent + 10;
const lineOf = (file: number, line: number) =>
  `export const value${line} = ${file * 1000 + line};\n`;
const editedLine = (file: number, line: number) => lineOf(file, line).replace(';', ' + 1;');

interface Edit {
  readonly file: number;
  readonly line: number;
}

/** An agent's edits: files of its own, and one place in a file that it shares with four others. */
function editsOf(agent: number): readonly Edit[] {
  const own = Array.from({ length: ownFilesPerAgent }, (_x, each) => {
    return { file: ownFile(agent, each), line: (agent + each) % ownLines };
  });
  return [...own, { file: sharedFile(agent), line: placeInShared(agent) }];
}

const allEdits = Array.from({ length: agentCount }, (_x, agent) => editsOf(agent));

function textOf(file: number, editedLines: ReadonlySet<number>): string {
  const isShared = file > sharedFile(agentCount);
  const length = isShared ? agentsPerSharedFile * linesPerAgent : ownLines;
  const lines = Array.from({ length }, (_x, line) =>
    editedLines.has(line) ? editedLine(file, line) : lineOf(file, line),
  );
  return lines.join('');
}

/** The lines that are edited in each edited file. */
function editedLines(): ReadonlyMap<number, ReadonlySet<number>> {
  const lines = new Map<number, Set<number>>();
  for (const { file, line } of allEdits.flat())
    lines.set(file, (lines.get(file) ?? new Set<number>()).add(line));
  return lines;
}

function scriptOfAgents(): string {
  const prompts = allEdits.map((edits) =>
    promptFor(
      edits.map(({ file, line }) =>
        editOf({ path: pathOf(file), from: lineOf(file, line), to: editedLine(file, line) }),
      ),
    ),
  );
  return workflow(
    `return (await parallel(${JSON.stringify(prompts)}.map((prompt) => () => agent(prompt)))).length;`,
  );
}

describe('muster: 1,100 files edited by 100 agents', function () {
  this.timeout(90_000);
  const test = useCliBed();

  it('are all proposed, in little space, and the repository is as it was to the last byte and time', async () => {
    const { workspace } = test.bed;
    await makeRepository(workspace);
    const before = await stateOf(workspace);
    const api = await test.bed.startModel((request) => after(30, obey(request)));
    const options = ['--json', '--concurrency', String(atOnce)];
    const running = await test.bed.startScript(scriptOfAgents(), api, ...options);
    const { stdout, stderr, exitCode } = await running.ended;
    assert.deepEqual([exitCode, stderr], [0, ''], stdout.slice(-2000));
    const { runId, agents, proposals } = readEnd(stdout);
    assert.deepEqual([agents.ok, proposals.conflicts], [agentCount, 0]);
    assert.ok(api.maxInFlight() >= 16, `${api.maxInFlight()} requests at once`);

    checkProposals(await proposalsOf(test.bed, runId));
    assertSameState(await stateOf(workspace), before);
    const stateBytes = await diskBytes(test.bed.stateRoot);
    assert.ok(stateBytes < mostStateBytes, `the state takes ${stateBytes} bytes`);
  });
});

async function makeRepository(directory: string): Promise<void> {
  const folders = new Set(
    Array.from({ length: fileCount }, (_x, file) => path.dirname(pathOf(file))),
  );
  for (const folder of folders) await mkdir(path.join(directory, folder), { recursive: true });
  for (let file = 0; file < fileCount; file += 100) {
    const part = Array.from({ length: 100 }, (_x, each) => file + each);
    await Promise.all(
      part.map((each) => writeFile(path.join(directory, pathOf(each)), textOf(each, new Set()))),
    );
  }
  await git(directory, 'init', '--quiet', '--initial-branch=main');
  const quick = ['-c', 'core.looseCompression=0', '-c', 'core.fsync=none'];
  await git(directory, ...quick, 'add', '--all');
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
  await git(directory, ...quick, ...author, 'commit', '--quiet', '--message=start');
}

/** Every edit, in a hunk of its own with its author, and the exact text of every file. */
function checkProposals(set: ProposalSet): void {
  const expected = [...editedLines()].map(([file, lines]) => ({
    path: pathOf(file),
    baseSha256: sha256(textOf(file, new Set())),
    proposedSha256: sha256(textOf(file, lines)),
    hunks: [...lines]
      .sort((a, b) => a - b)
      .map((line) => `${line + 1} +1 −1 by ${authorsOf({ file, line }).join()}, pending`),
  }));
  const found = set.files.map(({ path: name, baseSha256, proposedSha256, hunks }) => ({
    path: name,
    baseSha256,
    proposedSha256,
    hunks: hunks.map(({ baseStart, added, removed, agentIds, state }) => {
      return `${baseStart} +${added} −${removed} by ${agentIds.join()}, ${state}`;
    }),
  }));
  const byPath = (a: { readonly path: string }, b: { readonly path: string }) =>
    a.path < b.path ? -1 : 1;
  assert.equal(found.length, agentCount * ownFilesPerAgent + agentCount / agentsPerSharedFile);
  assert.deepEqual(found.sort(byPath), expected.sort(byPath));
}

/** Ids of agents count from 1, in the order of the calls. */
function authorsOf(edit: Edit): readonly number[] {
  return allEdits.flatMap((edits, agent) =>
    edits.some(({ file, line }) => file === edit.file && line === edit.line) ? [agent + 1] : [],
  );
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Everything below a folder, git's own files included: bytes, kind, mode, times and identity of each. */
async function stateOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries.map((entry) => path.join(entry.parentPath, entry.name));
  const state = new Map<string, string>();
  for (const name of [directory, ...names].sort()) {
    const found = await lstat(name, { bigint: true });
    const { ino, mode, nlink, size, mtimeNs, ctimeNs } = found;
    const bytes = found.isFile() ? sha256(await readFile(name)) : '';
    const facts = [ino, mode, nlink, size, mtimeNs, ctimeNs, bytes];
    state.set(path.relative(directory, name), facts.join(' '));
  }
  return state;
}

function assertSameState(
  now: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
): void {
  const names = [...new Set([...now.keys(), ...before.keys()])];
  const differing = names.filter((name) => now.get(name) !== before.get(name));
  assert.deepEqual(differing.slice(0, 20), [], `${differing.length} of ${names.length} differ`);
  for (const known of ['.git/index', '.git/HEAD', '.git/refs/heads/main', pathOf(0)])
    assert.ok(before.has(path.normalize(known)), `${known} was looked at`);
}

/** Space on disk, each file counted once however many names it has. */
async function diskBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const blocks = new Map<number, number>();
  for (const entry of entries) {
    const stat = await lstat(path.join(entry.parentPath, entry.name));
    blocks.set(stat.ino, stat.blocks * 512);
  }
  return [...blocks.values()].reduce((sum, bytes) => sum + bytes, 0);
}
