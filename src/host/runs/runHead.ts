/** run.json: what a run was started with, and how a resume goes on from there. */
import * as z from 'zod';
import type { RunStore } from '../../core/ports/runStore.ts';
import { Estimate } from '../../protocol/estimate.ts';
import { RunLimits } from '../../protocol/runLimits.ts';
import type { ResumeRequest, RunRequest } from './runRequest.ts';

/** All that a resume needs beside script and journal. */
export const RunHead = z.object({
  runId: z.string(),
  workspace: z.string(),
  request: z.string(),
  scriptSha256: z.string(),
  snapshotTree: z.string(),
  argsJson: z.string().nullable(),
  limits: RunLimits,
  model: z.string(),
  provider: z.string(),
  approvedCommands: z.array(z.string()),
  setupCommand: z.string().nullable().default(null),
  requiredCommands: z.array(z.string()).default([]),
  unsandboxed: z.boolean(),
  budgetTokens: z.number().int().positive().nullable().default(null),
  /** Only a report shows it: one of another form must not keep a run from going on. */
  estimate: Estimate.nullable().catch(null),
});
export type RunHead = z.infer<typeof RunHead>;

/** What is known only when a run starts. */
export interface StartFacts {
  readonly workspace: string;
  readonly scriptSha256: string;
  readonly model: string;
  readonly snapshotTree: string;
}

/** Writes run.json and script.js. */
export async function writeRunHead(
  store: Pick<RunStore, 'runId' | 'writeFile'>,
  request: RunRequest,
  facts: StartFacts,
): Promise<void> {
  const { limits, argsJson, approvedCommands, unsandboxed, provider, budgetTokens } = request;
  const { setupCommand, requiredCommands, estimate = null } = request;
  const { workspace, scriptSha256, model, snapshotTree } = facts;
  const head = {
    runId: store.runId,
    workspace,
    request: request.request,
    scriptSha256,
    snapshotTree,
    argsJson,
    limits,
    model,
    provider: provider.provider,
    approvedCommands,
    unsandboxed,
    budgetTokens,
    setupCommand,
    requiredCommands,
    estimate,
  };
  await Promise.all([
    store.writeFile('script.js', request.script),
    store.writeFile('run.json', JSON.stringify(head, null, 2)),
  ]);
}

/** The request of the next session: what the user did not change stays what it was. */
export function resumedRequest(
  head: RunHead,
  request: ResumeRequest,
  now: Pick<RunRequest, 'script' | 'limits' | 'budgetTokens'>,
): RunRequest {
  const { provider, allowedCommands, onLimit, onGate } = request;
  return {
    request: head.request,
    argsJson: head.argsJson,
    provider,
    allowedCommands,
    onLimit,
    onGate,
    ...now,
    approvedCommands: request.approvedCommands ?? head.approvedCommands,
    unsandboxed: request.unsandboxed ?? head.unsandboxed,
    setupCommand: request.setupCommand ?? head.setupCommand,
    requiredCommands: request.requiredCommands ?? head.requiredCommands,
    // What was foretold of one script says nothing about another.
    estimate: request.script === null ? head.estimate : null,
  };
}

/** What was approved with the plan; the setup stood on it, too. */
export function approvedIn({ approvedCommands, setupCommand }: RunRequest): readonly string[] {
  return setupCommand === null ? approvedCommands : [...approvedCommands, setupCommand];
}
