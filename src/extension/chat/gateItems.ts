import type { ChatFromWebview, ChatItem } from '../../protocol/webviews/chatMessages.ts';
import { FOR_RUN_NOTE } from '../../protocol/view/commandQuestion.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { openQuestions } from '../runs/openQuestions.ts';
import type { Conversation } from './conversation.ts';

type GateItem = Extract<ChatItem, { type: 'gate' }>;
type GateMessage = Extract<ChatFromWebview, { type: 'gate' }>;

/** What the gate items work with. */
export interface GateItemsOptions {
  readonly host: HostClient;
  readonly conversation: Conversation;
  readonly nowMs: () => number;
}

/** The questions of runs as items of the conversation, and the user's answers to them. */
export class GateItems {
  readonly #options: GateItemsOptions;
  /** Gates whose answer is on its way: a second click must not send another. */
  readonly #answering = new Set<string>();

  constructor(options: GateItemsOptions) {
    this.#options = options;
  }

  /** Shows what the run asks now, and turns into a line what nobody can answer any more. */
  update(run: RunSummary): void {
    const { conversation } = this.#options;
    const open = openQuestions(run);
    for (const gate of open) {
      const id = gateItemId(run.runId, gate.gateId);
      const present = conversation.find('gate', id);
      // An answer that was given here may still be on its way through the host; but a run that was
      // resumed asks again what it had no answer to, at a later time.
      if (present?.gate.openedAt === gate.openedAt && present.status !== 'closed') continue;
      conversation.put({
        id,
        type: 'gate',
        runId: run.runId,
        runName: run.name,
        gate,
        status: 'open',
      });
    }
    const openIds = new Set(open.map(({ gateId }) => gateItemId(run.runId, gateId)));
    for (const item of openItemsOf(conversation, run.runId)) {
      if (openIds.has(item.id)) continue;
      // Answered in another window or in a terminal, or over without an answer.
      const gate = run.answeredGates.find(({ gateId }) => gateId === item.gate.gateId);
      if (gate === undefined) conversation.put({ ...item, status: 'closed' });
      else conversation.put({ ...item, gate, status: 'answered' });
    }
  }

  /** Sends the user's answer; the item tells it once the host has taken it. */
  async answer({ itemId, approved, note, forRun }: GateMessage): Promise<void> {
    const { conversation, host, nowMs } = this.#options;
    const item = conversation.find('gate', itemId);
    if (item?.status !== 'open' || this.#answering.has(itemId)) return;
    const { runId, gate } = item;
    this.#answering.add(itemId);
    try {
      const scope = forRun === undefined ? {} : { forRun };
      const answer = { gateId: gate.gateId, approved, note, ...scope };
      const control = { action: 'answerGate', ...answer } as const;
      await host.request('run.control', { runId, control });
    } finally {
      this.#answering.delete(itemId);
    }
    const said = forRun === true ? FOR_RUN_NOTE : note;
    const answered = { ...gate, approved, note: said, answeredAt: nowMs() };
    conversation.put({ ...item, gate: answered, status: 'answered' });
  }
}

/** Where the question of a run stands in the conversation. */
export function gateItemId(runId: string, gateId: number): string {
  return `gate-${runId}-${gateId}`;
}

function openItemsOf(conversation: Conversation, runId: string): readonly GateItem[] {
  return conversation.items.filter(
    (item): item is GateItem =>
      item.type === 'gate' && item.runId === runId && item.status === 'open',
  );
}
