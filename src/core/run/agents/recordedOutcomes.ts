/** Outcomes of earlier sessions that count again: their edits are merged anew, and nothing is asked of a model. */
import { Mutex } from '../../../base/mutex.ts';
import { loadAgentChanges } from '../../changes/tree/agentChanges.ts';
import { groupTitleOf } from '../../changes/groupTitleOf.ts';
import type { MergeReport } from '../../changes/tree/runTree.ts';
import type { AnswerContext } from '../answers/answerContext.ts';
import type { AgentEnd } from '../outcomes/agentEnds.ts';
import type { IdentifiedAgent } from '../outcomes/identifiedCall.ts';
import { recordedEnd, stillReadsTheSame } from '../replay/recordedEnd.ts';
import { agentKey, type RecordedAgent } from '../replay/replayLog.ts';
import type { RunContext } from '../runContext.ts';
import type { Deliver } from './mergeOutcome.ts';
import { RecordedChanges } from './recordedChanges.ts';

export class RecordedOutcomes {
  readonly #ctx: RunContext & AnswerContext;
  readonly #oneByOne = new Mutex();
  readonly #changes: RecordedChanges | null;

  constructor(ctx: RunContext & AnswerContext) {
    this.#ctx = ctx;
    const { blobs } = ctx.services.store;
    this.#changes = ctx.replay === null ? null : new RecordedChanges(ctx.replay, blobs);
  }

  /** What an earlier session recorded about the same call. */
  find({ contentKey, occurrence }: IdentifiedAgent): RecordedAgent | undefined {
    return this.#ctx.replay?.agents.get(agentKey(contentKey, occurrence));
  }

  /** The outcome that comes next in an unchanged script; it is not journaled again. */
  async mergeNext(recorded: RecordedAgent): Promise<AgentEnd> {
    const { tree, services, deliveries } = this.#ctx;
    const { agentId, groupTitle, ended } = recorded;
    if (ended === null) throw new Error(`Agent ${agentId} has no outcome to deliver.`);
    if (this.#changes === null) throw new Error('A new run has no outcome to deliver.');
    const changes = await this.#changes.take(recorded);
    const { changedPaths } = await tree.mergeChanges({ agentId, groupTitle, changes });
    const end = await recordedEnd(ended, changedPaths, services.store.blobs);
    deliveries.count(end);
    return end;
  }

  /** False when the recorded outcome does not hold any more. One after the other, in the order of the calls. */
  reuse(
    found: {
      readonly callId: number;
      readonly recorded: RecordedAgent;
      readonly agent: IdentifiedAgent;
    },
    deliver: Deliver,
  ): Promise<boolean> {
    const { callId, recorded, agent } = found;
    const { tree, services } = this.#ctx;
    const { agentId, ended } = recorded;
    if (ended?.outcome !== 'ok') return Promise.resolve(false);
    return this.#oneByOne.run(async () => {
      const { blobs } = services.store;
      if (!(await stillReadsTheSame(ended, tree, blobs))) return false;
      const changes = await loadAgentChanges({ schemaVersion: 1, changes: ended.changes }, blobs);
      const known = await recordedEnd(ended, [], blobs);
      let isRecorded: Promise<void> = Promise.resolve();
      const onMerged = ({ changedPaths }: MergeReport): void => {
        const end = { ...known, treeChanges: changedPaths };
        isRecorded = this.#record({ agentId, callId, agent, end }, deliver);
      };
      const groupTitle = groupTitleOf(agent.call);
      const order = { agentId, groupTitle, changes, onMerged };
      const { conflicts } = await tree.mergeChangesIfAllFit(order);
      await isRecorded;
      return conflicts.length === 0;
    });
  }

  #record(
    reused: {
      readonly agentId: number;
      readonly callId: number;
      readonly agent: IdentifiedAgent;
      readonly end: AgentEnd;
    },
    deliver: Deliver,
  ): Promise<void> {
    const { recorder, tree, deliveries } = this.#ctx;
    const { agentId, callId, end } = reused;
    const { label, phase, group } = reused.agent.call;
    const treeHash = tree.treeHash();
    return recorder.record(
      {
        type: 'agent.replayed',
        agentId,
        callId,
        label,
        phase,
        group,
        treeHash,
        conflictPaths: [],
      },
      () => {
        deliveries.count(end);
        deliver(end);
      },
    );
  }
}
