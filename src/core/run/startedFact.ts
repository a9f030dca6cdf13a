import type { RunFact } from '../../protocol/events/runEvents.ts';
import { PRODUCT_VERSION } from '../../protocol/host/version.ts';
import { CURRENT_FLAGS } from '../journal/behaviourFlags.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import { sha256Hex } from '../../node/sha256Hex.ts';

/** The first entry of a journal: what was approved, and what the run starts from. */
export function startedFact(config: RunConfig, services: RunServices): RunFact {
  const { request, meta, scriptSha256, limits, model, approvedCommands, unsandboxed } = config;
  const { snapshot, governor } = services;
  return {
    type: 'run.started',
    request,
    meta,
    scriptSha256,
    limits,
    model,
    unsandboxed,
    argsSha256: sha256Hex(config.argsJson ?? 'undefined'),
    provider: governor.client.provider,
    snapshotTree: snapshot.tree,
    snapshotFiles: snapshot.entries.length,
    leftOut: snapshot.leftOut.map(({ path, reason }) => `${path}: ${reason}`),
    approvedCommands: [...approvedCommands],
    ...requiredBy(config),
    productVersion: PRODUCT_VERSION,
    flags: [...CURRENT_FLAGS],
  };
}

/** The first entry of a further session. */
export function resumedFact(config: RunConfig, services: RunServices): RunFact {
  const { meta, scriptSha256, limits, model, approvedCommands, unsandboxed } = config;
  return {
    type: 'run.resumed',
    meta,
    scriptSha256,
    limits,
    model,
    unsandboxed,
    provider: services.governor.client.provider,
    approvedCommands: [...approvedCommands],
    ...requiredBy(config),
    productVersion: PRODUCT_VERSION,
    flags: [...CURRENT_FLAGS],
  };
}

function requiredBy({ requiredCommands }: RunConfig): { requiredCommands?: string[] } {
  return requiredCommands.length === 0 ? {} : { requiredCommands: [...requiredCommands] };
}
