import type { ChatItem } from '../../../src/protocol/chatMessages.ts';
import { runWords, verdictWords } from '../shared/stateWords.ts';

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
    case 'problem':
      return before === null ? after.message : null;
  }
}

function describePlan({ plan }: Extract<ChatItem, { type: 'plan' }>): string {
  const name = plan.check.meta?.name ?? 'Workflow';
  return plan.check.ok
    ? `Plan ready: ${name}. It waits for your approval.`
    : `Plan with errors: ${name}. It cannot run.`;
}

function describeRun(
  before: ChatItem | null,
  { run }: Extract<ChatItem, { type: 'run' }>,
): string | null {
  const previous = before?.type === 'run' ? before.run.state : null;
  if (previous === run.state) return null;
  const verdict =
    run.state === 'completed' ? `, verdict ${verdictWords[run.verdict].text.toLowerCase()}` : '';
  return `${run.name}: ${runWords[run.state].text.toLowerCase()}${verdict}.`;
}
