import assert from 'node:assert/strict';
import { ProposalSet, type FileProposal, type Hunk } from '../../../src/protocol/proposals.ts';
import { obey } from '../../host/support/obedientModel.ts';
import type { CliBed } from './cliBed.ts';
import type { CliResult } from './cliProcess.ts';
import { readEnd } from './publicEvents.ts';

/** Runs a script to its end and gives the run's id. */
export async function completeRun(bed: CliBed, source: string): Promise<string> {
  const api = await bed.startModel(obey);
  const { stdout, stderr, exitCode } = await (await bed.startScript(source, api, '--json')).ended;
  assert.equal(exitCode, 0, stderr);
  const { runId, agents } = readEnd(stdout);
  assert.equal(agents.failed, 0, stdout);
  return runId;
}

/** What a run proposes now. */
export async function proposalsOf(bed: CliBed, runId: string): Promise<ProposalSet> {
  const { stdout, stderr, exitCode } = await bed.run('proposals', runId, '--json');
  assert.equal(exitCode, 0, stderr);
  return ProposalSet.parse(JSON.parse(stdout));
}

/** The proposal of one file. */
export function fileOf(set: ProposalSet, path: string): FileProposal {
  const file = set.files.find((candidate) => candidate.path === path);
  return file ?? assert.fail(`${path} is not proposed`);
}

/** The state of every hunk of a file, in order. */
export function statesOf(set: ProposalSet, path: string): readonly Hunk['state'][] {
  return fileOf(set, path).hunks.map((hunk) => hunk.state);
}

/** Fails unless the command succeeded. */
export function assertOk(result: CliResult): void {
  assert.deepEqual([result.exitCode, result.stderr], [0, ''], result.stdout);
}
