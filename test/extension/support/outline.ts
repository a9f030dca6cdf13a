import type { ChatItem } from '../../../src/protocol/webviews/chatMessages.ts';
import type { Conversation } from '../../../src/extension/chat/conversation.ts';

/** What stands in a conversation, a line for each item. */
export function outline(conversation: Conversation): readonly string[] {
  return conversation.items.map((item) => `${item.type}: ${describeItem(item)}`);
}

function describeItem(item: ChatItem): string {
  switch (item.type) {
    case 'request':
      return item.text;
    case 'answer':
      return item.markdown;
    case 'plan':
      return item.status;
    case 'run':
      return `${item.run.runId} ${item.run.state}`;
    case 'gate':
      return `${item.status}, approved ${item.gate.approved} ${item.gate.note}`.trimEnd();
    case 'problem':
      return item.message;
  }
}
