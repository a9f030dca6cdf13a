import type { ModelContent, ModelRequest } from '../../../core/ports/modelClient.ts';

type ToolResult = Extract<ModelContent, { type: 'toolResult' }>;
type ToolUse = Extract<ModelContent, { type: 'toolUse' }>;

/** The text that a conversation began with. */
export function firstUserText(request: ModelRequest): string {
  return (request.messages[0]?.content ?? [])
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n');
}

/** Tool results in the last message; none when that is no answer to a call. */
export function lastToolResults(request: ModelRequest): readonly ToolResult[] {
  return (request.messages.at(-1)?.content ?? []).filter((part) => part.type === 'toolResult');
}

/** The call that the last message answers, with its result and what was said along with the call. */
export function lastExchange(
  request: ModelRequest,
): { readonly call: ToolUse; readonly result: ToolResult; readonly said: string } | null {
  const [result] = lastToolResults(request);
  const asked = request.messages.at(-2)?.content ?? [];
  const call = asked.find(
    (part): part is ToolUse => part.type === 'toolUse' && part.toolUseId === result?.toolUseId,
  );
  if (result === undefined || call === undefined) return null;
  const said = asked.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return { call, result, said };
}
