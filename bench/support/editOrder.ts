import { blocksOf } from '../../test/support/messagesApi/wireRequest.ts';
import type { WireRequest } from '../../test/support/messagesApi/wireRequest.ts';

/** One edit that a prompt asks for. */
export interface EditOrder {
  readonly path: string;
  readonly oldText: string;
  readonly newText: string;
}

const marker = 'EDIT ';

/** The text of a script's agent call that asks for the edit of file number `index`. */
export const editPromptSource = `'${marker}' + JSON.stringify({ path: 'lib/f' + index + '.js', oldText: 'value' + index + ' = 1;', newText: 'value' + index + ' = 2;' })`;

/** The order in a request's first message. */
export function readEditOrder(request: WireRequest): EditOrder {
  const [first] = request.messages;
  const prompt = blocksOf(first?.content ?? '')
    .map((block) => block.text ?? '')
    .join('');
  // A parse boundary: the text is what editPromptSource made.
  return JSON.parse(prompt.slice(prompt.indexOf(marker) + marker.length)) as EditOrder;
}

/** The text of file number `index`, about 2 KB, with the line that its order edits in the middle. */
export function editedFileText(index: number): string {
  const line = (number: number) => `export const item${number} = compute(${number}, 'name');\n`;
  const half = (from: number) => Array.from({ length: 24 }, (_x, at) => line(from + at)).join('');
  return `${half(0)}export const value${index} = 1;\n${half(24)}`;
}
