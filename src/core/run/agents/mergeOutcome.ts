/** What an agent left becomes a part of the run: its edits in the tree, its end in the journal. */
import type { MergeReport } from '../../changes/tree/runTree.ts';
import type { AnswerContext } from '../answers/answerContext.ts';
import type { SpendingContext } from '../limits/spendingContext.ts';
import type { AgentEnd } from '../outcomes/agentEnds.ts';
import { storeReads, storeValue } from '../outcomes/storeValue.ts';
import type { RunContext } from '../runContext.ts';
import { endedFact } from './agentFacts.ts';

/** Hands an end to the script. */
export type Deliver = (end: AgentEnd) => void;

/** An agent's end that is to be merged and journaled. */
export interface Ending {
  readonly agentId: number;
  readonly groupTitle: string;
  readonly end: AgentEnd;
  /** With `ifAllFit` nothing is done when something does not fit. */
  readonly rule: 'ifAllFit' | 'keepAside';
}

type MergeContext = RunContext &
  Pick<AnswerContext, 'deliveries'> &
  Pick<SpendingContext, 'breaker' | 'suspend'>;

/** Merges, journals and delivers an agent's end. Resolves with the paths that did not fit. */
export async function mergeOutcome(
  ctx: MergeContext,
  ending: Ending,
  deliver: Deliver,
): Promise<readonly string[]> {
  const end = { ...ending.end, value: ctx.services.store.scrub(ending.end.value) };
  const paths = await recordOutcome(ctx, { ...ending, end }, deliver);
  if (ending.rule === 'keepAside' || paths.length === 0) noteForBreaker(ctx, end);
  return paths;
}

/**
 * The same for an end that says nothing about the provider. Nothing is awaited between the merge and the entry
 * that tells of it: the order of the journal is the order of the merges, which a resumed run and a review in
 * another process carry out again.
 */
export async function recordOutcome(
  ctx: RunContext & Pick<AnswerContext, 'deliveries'>,
  ending: Ending,
  deliver: Deliver,
): Promise<readonly string[]> {
  const { tree, services, recorder, deliveries } = ctx;
  const { agentId, groupTitle, end, rule } = ending;
  const { blobs } = services.store;
  const value = end.outcome === 'ok' ? await storeValue(end.value, blobs) : null;
  const reads = await storeReads(end.reads, blobs);
  let recorded: Promise<void> = Promise.resolve();
  const onMerged = ({ changedPaths, conflicts }: MergeReport): void => {
    const conflictPaths = conflicts.map(({ path }) => path);
    const merged: AgentEnd = { ...end, treeChanges: changedPaths, conflictPaths };
    const fact = endedFact({ agentId, end: merged, value, reads, treeHash: tree.treeHash() });
    recorded = recorder.record(fact, () => {
      deliveries.count(merged);
      deliver(merged);
    });
  };
  const order = { agentId, groupTitle, changes: end.edits, onMerged };
  const report = await (rule === 'ifAllFit'
    ? tree.mergeChangesIfAllFit(order)
    : tree.mergeChanges(order));
  await recorded;
  return report.conflicts.map(({ path }) => path);
}

/** Agents that fail one after the other with the same cause hold the run before another token is spent. */
function noteForBreaker({ breaker, suspend }: MergeContext, end: AgentEnd): void {
  if (end.outcome === 'ok') breaker.note({ outcome: 'ok' });
  if (end.outcome !== 'failed' || end.error === null) return;
  const { code, message } = end.error;
  const cause = breaker.note({ outcome: 'failed', cause: code });
  if (cause === null) return;
  suspend({ reason: 'breaker', message: `${cause}. ${message}`, limit: 'breaker', value: 0 });
}
