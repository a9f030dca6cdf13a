/**
 * The one place that writes to a workspace. It carries out an apply plan that the host computed:
 * compare, write, read back, report. It decides nothing, and one file's refusal never stops the others.
 */
import path from 'node:path';
import type { ApplyPlan, PlannedWrite, WriteOutcome } from '../protocol/proposals.ts';
import { APPLY_LIMIT_MS, PARALLEL_WRITES } from './applyLimits.ts';
import { describeFileError } from './describeFileError.ts';
import { removeMadeFolders } from './removeEmptyFolders.ts';
import { syncFolders } from './syncFolders.ts';
import { writePlanned, type ApplySite } from './writePlanned.ts';

/** One outcome for each write, in the order of the plan. */
export async function carryOutPlan(
  plan: ApplyPlan,
  site: ApplySite,
): Promise<readonly WriteOutcome[]> {
  const outcomes = new Map<string, WriteOutcome>();
  const deadlineMs = performance.now() + APPLY_LIMIT_MS;
  const carryOut = async (write: PlannedWrite): Promise<void> => {
    const isLate = performance.now() > deadlineMs;
    outcomes.set(write.path, isLate ? late(write) : await carryOutOne(plan, write, site));
  };
  // A moved file stands at its new place before the old one goes.
  await eachOf(
    plan.writes.filter(({ newBytesBase64 }) => newBytesBase64 !== null),
    carryOut,
  );
  await eachOf(
    plan.writes.filter(({ newBytesBase64 }) => newBytesBase64 === null),
    carryOut,
  );
  const folders = plan.writes.flatMap(({ emptyFolders }) => emptyFolders);
  await removeMadeFolders(site.folder, folders);
  await syncFolders(writtenFolders(plan, site, outcomes));
  return plan.writes.flatMap(({ path: name }) => outcomes.get(name) ?? []);
}

async function carryOutOne(
  plan: ApplyPlan,
  write: PlannedWrite,
  site: ApplySite,
): Promise<WriteOutcome> {
  const { path: name } = write;
  try {
    const result = await writePlanned(plan.decisionId, write, site);
    if (result.type === 'refused') return refused(name, result.reason);
    return { type: 'written', path: name, ...(result.note === null ? {} : { note: result.note }) };
  } catch (error) {
    return refused(name, describeFileError(error));
  }
}

async function eachOf<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_WRITES, items.length) }, work));
}

function writtenFolders(
  plan: ApplyPlan,
  { folder }: ApplySite,
  outcomes: ReadonlyMap<string, WriteOutcome>,
): ReadonlySet<string> {
  const written = plan.writes.filter(({ path: name }) => outcomes.get(name)?.type === 'written');
  return new Set(written.map(({ path: name }) => path.dirname(path.join(folder, name))));
}

function late({ path: name }: PlannedWrite): WriteOutcome {
  return refused(name, 'It was not reached in time. Accept it again.');
}

function refused(name: string, reason: string): WriteOutcome {
  return { type: 'refused', path: name, reason: `${name}: ${reason}` };
}
