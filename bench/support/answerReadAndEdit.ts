import { text, toolUse, type Reply } from '../../test/support/messagesApi/replies.ts';
import type { WireRequest } from '../../test/support/messagesApi/wireRequest.ts';
import { readEditOrder } from './editOrder.ts';

/** First reads, then edits, then says so. */
export function answerReadAndEdit(request: WireRequest): Reply {
  const { path, oldText, newText } = readEditOrder(request);
  if (request.messages.length === 1) return toolUse('read_file', { path });
  if (request.messages.length > 3) return text('done');
  return toolUse('edit_file', { path, old_text: oldText, new_text: newText });
}
