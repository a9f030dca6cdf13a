import type { Json } from '../../../src/base/json.ts';
import { blocksOf } from '../../support/messagesApi/wireRequest.ts';
import type { WireRequest } from '../../support/messagesApi/wireRequest.ts';
import { text, toolUses } from '../../support/messagesApi/replies.ts';
import type { Reply } from '../../support/messagesApi/replies.ts';

/** A tool call that a prompt orders. */
export interface Order {
  readonly name: string;
  readonly input: Json;
}

const marker = 'CARRY OUT ';

/** A prompt for a model that does what it is told: first these calls, then the text. */
export function promptFor(orders: readonly Order[], say = 'done'): string {
  return `${marker}${JSON.stringify({ orders, say })}`;
}

/** Answers a prompt made by `promptFor`; any other prompt gets plain text. */
export function obey(request: WireRequest): Reply {
  const prompt = promptOf(request);
  const at = prompt.indexOf(marker);
  if (at < 0) return text('done');
  const { orders, say } = readOrders(prompt.slice(at + marker.length));
  const isFirstTurn = request.messages.length === 1;
  return isFirstTurn && orders.length > 0 ? toolUses(orders) : text(say);
}

/** The text of a request's first message. */
export function promptOf(request: WireRequest): string {
  const [first] = request.messages;
  return blocksOf(first?.content ?? '')
    .map((block) => block.text ?? '')
    .join('\n');
}

// A parse boundary: the text is what promptFor wrote.
function readOrders(json: string): { readonly orders: readonly Order[]; readonly say: string } {
  return JSON.parse(json) as ReturnType<typeof readOrders>;
}
