import type {
  CacheControlEphemeral,
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  Tool,
  ToolChoice,
} from '@anthropic-ai/sdk/resources/messages';
import { assertNever } from '../../../base/assertNever.ts';
import type {
  ModelContent,
  ModelMessage,
  ModelRequest,
  ToolSpec,
} from '../../../core/ports/modelClient.ts';
import { effortFor, mayForceTool } from './modelTraits.ts';
import type { RememberedThinking } from './rememberedThinking.ts';

const breakpoint: CacheControlEphemeral = { type: 'ephemeral' };

/** The request in the words of the Messages API, with cache breakpoints after tools, system and history. */
export function toWireRequest(
  request: ModelRequest,
  thinking: RememberedThinking,
): MessageCreateParamsStreaming {
  const effort = effortFor(request.model, request.effort);
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    stream: true,
    messages: wireMessages(request.messages, thinking),
    ...(request.system === ''
      ? {}
      : { system: [{ type: 'text', text: request.system, cache_control: breakpoint }] }),
    ...(request.tools.length === 0 ? {} : { tools: wireTools(request.tools) }),
    ...(request.requiredTool === undefined
      ? {}
      : { tool_choice: toolChoice(request.model, request.requiredTool) }),
    ...(effort === undefined ? {} : { output_config: { effort } }),
  };
}

function wireTools(tools: readonly ToolSpec[]): Tool[] {
  return tools.map((tool, index) => ({
    name: tool.name,
    description: tool.description,
    input_schema: { ...tool.inputSchema, type: 'object' },
    ...(index === tools.length - 1 ? { cache_control: breakpoint } : {}),
  }));
}

// A model that can't be forced is left the choice; its prompt names the tool in any case.
function toolChoice(model: string, requiredTool: string): ToolChoice {
  return mayForceTool(model) ? { type: 'tool', name: requiredTool } : { type: 'auto' };
}

function wireMessages(
  messages: readonly ModelMessage[],
  thinking: RememberedThinking,
): MessageParam[] {
  const wired = messages
    .map(({ role, content }): { role: 'user' | 'assistant'; content: ContentBlockParam[] } => ({
      role,
      content: content.flatMap((part) => [...thinking.before(part), ...wirePart(part)]),
    }))
    .filter(({ content }) => content.length > 0);
  // A first turn is read by nobody again unless a second follows, so only then is it worth a write.
  if (wired.length > 1) markLastBlock(wired.at(-1)?.content ?? []);
  return wired;
}

function markLastBlock(blocks: ContentBlockParam[]): void {
  const last = blocks.at(-1);
  if (last === undefined || (last.type !== 'text' && last.type !== 'tool_result')) return;
  blocks[blocks.length - 1] = { ...last, cache_control: breakpoint };
}

function wirePart(part: ModelContent): ContentBlockParam[] {
  switch (part.type) {
    case 'text':
      // The API refuses an empty text block.
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'toolUse':
      return [{ type: 'tool_use', id: part.toolUseId, name: part.name, input: part.input }];
    case 'toolResult':
      return [
        {
          type: 'tool_result',
          tool_use_id: part.toolUseId,
          content: part.text,
          ...(part.outcome === 'error' ? { is_error: true } : {}),
        },
      ];
    default:
      return assertNever(part);
  }
}
