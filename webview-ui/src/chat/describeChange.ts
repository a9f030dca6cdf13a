import { oneLine } from '../../../src/base/format.ts';
import type { ChatItem } from '../../../src/protocol/webviews/chatMessages.ts';
import { describeGate, describeRunState, VERDICT_WORDS } from '../shared/stateWords.ts';

/** Characters of a question that are read out when it comes; its card has all of it. */
const MAX_QUESTION_CHARS = 200;

/** What somebody who cannot see the conversation should hear of a new state of an item, if anything. */
export function describeChange(before: ChatItem | null, after: ChatItem): string | null {
  switch (after.type) {
    case 'request':
      return null;
    case 'answer': {
      const wasStreaming = before?.type !== 'answer' || before.streaming;
      return wasStreaming && !after.streaming ? 'The answer is complete.' : null;
    }
    case 'plan':
      return before === null ? describePlan(after) : null;
    case 'run':
      return describeRun(before, after);
    case 'gate':
      return describeGateChange(before, after);
    case 'problem':
      return before === null ? after.message : null;
  }
}

function describePlan({ plan }: Extract<ChatItem, { type: 'plan' }>): string {
  const name = plan.check.meta?.name ?? 'Workflow';
  return plan.check.ok
    ? `Plan ready: ${name}. Waiting for your approval.`
    : `Plan has errors: ${name}. It cannot run.`;
}

function describeRun(
  before: ChatItem | null,
  { run }: Extract<ChatItem, { type: 'run' }>,
): string | null {
  // Questions have a sentence of their own.
  const words = describeRunState(run, 0);
  if (before?.type === 'run' && describeRunState(before.run, 0).text === words.text) return null;
  if (run.pauseReason === 'gate' && run.endedAt === null) return null;
  const verdict =
    run.state === 'completed' ? `, verdict ${VERDICT_WORDS[run.verdict].text.toLowerCase()}` : '';
  return `${run.name}: ${words.text.toLowerCase()}${verdict}.`;
}

function describeGateChange(
  before: ChatItem | null,
  { gate, runName, status }: Extract<ChatItem, { type: 'gate' }>,
): string | null {
  if (before?.type === 'gate' && before.status === status) return null;
  if (status === 'open')
    return `${runName} needs your answer: ${oneLine(gate.question, MAX_QUESTION_CHARS)}`;
  if (status === 'closed') return null;
  return `${describeGate(gate, { isLive: false }).text}: ${oneLine(gate.question, MAX_QUESTION_CHARS)}`;
}
