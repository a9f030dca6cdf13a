import assert from 'node:assert/strict';
import path from 'node:path';
import { agentThatDoes, editOf, workflow } from '../../host/support/workflowScript.ts';
import { obey } from '../../host/support/obedientModel.ts';
import type { CliBed } from './cliBed.ts';
import { readEnd } from './publicEvents.ts';
import { assertOk } from './reviewedRun.ts';

const money = 'lib/util/money.js';
const first = { path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" };
const second = { path: money, from: "cents < 0 ? '-' : ''", to: "cents < 0 ? '−' : ''" };
const create = { name: 'write_file', input: { path: 'lib/new.js', text: "'use strict';\n" } };

/** A workflow that leaves every kind of file: transcripts, blobs, logs of a command and of its baseline, proposals. */
const source = workflow(`
  await ${agentThatDoes([editOf(first), editOf(second)], { label: 'money', group: 'Money' })};
  await ${agentThatDoes([create], { label: 'files', group: 'Files' })};
  const receipt = await verify({ command: 'node -e 1', baseline: true });
  return { ok: receipt.ok, long: 'x'.repeat(20_000) };`);

/** Runs it, accepts one file, rejects a hunk of another, and gives the run's folder. */
export async function makeEvidenceRun(
  bed: CliBed,
): Promise<{ readonly runId: string; readonly directory: string }> {
  const api = await bed.startModel(obey);
  const options = ['--json', '--allow-command', 'node **', '--unsandboxed'];
  const { stdout, stderr, exitCode } = await (await bed.startScript(source, api, ...options)).ended;
  assert.equal(exitCode, 0, stderr + stdout);
  const { runId } = readEnd(stdout);
  assertOk(await bed.run('accept', runId, '--file', 'lib/new.js'));
  assertOk(await bed.run('reject', runId, '--group', 'Money'));
  return { runId, directory: path.join(await bed.stateDirectory(), 'runs', runId) };
}
