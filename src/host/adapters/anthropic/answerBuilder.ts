import type { z } from 'zod';
import { assertNever } from '../../../base/assertNever.ts';
import { errorText } from '../../../base/errorText.ts';
import { isJsonDeeperThan, parseJson } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { MAX_TOOL_INPUT_DEPTH } from '../../../core/limits.ts';
import type { ModelAnswer, ModelContent } from '../../../core/ports/modelClient.ts';
import type { TokenUsage } from '../../../protocol/runLimits.ts';
import { noTokens } from '../../../protocol/runLimits.ts';
import type { RememberedThinking, ThinkingBlock } from './rememberedThinking.ts';
import { BlockDelta, BlockStart, MessageDelta, MessageStart } from './streamEvents.ts';
import type { WireUsage } from './streamEvents.ts';

type StartedBlock = z.infer<typeof BlockStart>['content_block'];
type OpenBlock =
  | { readonly type: 'text'; readonly pieces: string[] }
  | {
      readonly type: 'tool_use';
      readonly toolUseId: string;
      readonly name: string;
      readonly startInput: Json;
      readonly pieces: string[];
    }
  | { readonly type: 'thinking'; readonly pieces: string[]; signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'unknown' };

/** Builds one answer from the events of a stream, in their order; throws on what no sound stream holds. */
export class AnswerBuilder {
  private readonly blocks: OpenBlock[] = [];
  private readonly toolUseIds = new Set<string>();
  private readonly thinking: RememberedThinking;
  private model: string | null = null;
  private stopReason: string | null = null;
  private usage: TokenUsage = noTokens;

  constructor(thinking: RememberedThinking) {
    this.thinking = thinking;
  }

  start(event: unknown): void {
    const { message } = MessageStart.parse(event);
    this.model = message.model;
    this.count(message.usage);
  }

  startBlock(event: unknown): void {
    const { index, content_block } = BlockStart.parse(event);
    this.blocks[index] = this.withOwnId(openBlock(content_block), index);
  }

  // Results are told apart by these ids; some servers give the same one twice.
  private withOwnId(block: OpenBlock, index: number): OpenBlock {
    if (block.type !== 'tool_use') return block;
    const { toolUseId } = block;
    const isFree = !this.toolUseIds.has(toolUseId);
    this.toolUseIds.add(toolUseId);
    return isFree ? block : { ...block, toolUseId: `${toolUseId}_${index}` };
  }

  /** Returns the piece of answer text that the event carries, or an empty string. */
  addDelta(event: unknown): string {
    const { index, delta } = BlockDelta.parse(event);
    const block = this.blocks[index];
    if (block === undefined) throw new Error(`a piece of block ${index} came before its start`);
    if (block.type === 'text' && delta.type === 'text_delta') {
      block.pieces.push(delta.text);
      return delta.text;
    }
    if (block.type === 'tool_use' && delta.type === 'input_json_delta')
      block.pieces.push(delta.partial_json);
    if (block.type === 'thinking' && delta.type === 'thinking_delta')
      block.pieces.push(delta.thinking);
    if (block.type === 'thinking' && delta.type === 'signature_delta')
      block.signature += delta.signature;
    return '';
  }

  finish(event: unknown): void {
    const { delta, usage } = MessageDelta.parse(event);
    this.stopReason = delta.stop_reason ?? this.stopReason;
    this.count(usage);
  }

  answer(): ModelAnswer {
    if (this.model === null) throw new Error('it ended before the message started');
    const content = this.content();
    return {
      model: this.model,
      content,
      stopReason: ourStopReason(this.stopReason, content),
      usage: this.usage,
    };
  }

  // Counts are totals of the message, so a later one replaces an earlier one.
  private count(usage: WireUsage | null | undefined): void {
    this.usage = {
      inputTokens: usage?.input_tokens ?? this.usage.inputTokens,
      outputTokens: usage?.output_tokens ?? this.usage.outputTokens,
      cacheReadTokens: usage?.cache_read_input_tokens ?? this.usage.cacheReadTokens,
      cacheWriteTokens: usage?.cache_creation_input_tokens ?? this.usage.cacheWriteTokens,
    };
  }

  private content(): readonly ModelContent[] {
    const parts: ModelContent[] = [];
    let thought: ThinkingBlock[] = [];
    for (const block of this.blocks.filter((candidate) => candidate.type !== 'unknown')) {
      if (block.type === 'thinking' || block.type === 'redacted_thinking') {
        thought.push(thinkingBlock(block));
        continue;
      }
      const part = this.finishedPart(block);
      if (part === null) continue;
      this.thinking.remember(part, thought);
      thought = [];
      parts.push(part);
    }
    return parts;
  }

  private finishedPart(
    block: Extract<OpenBlock, { type: 'text' | 'tool_use' }>,
  ): ModelContent | null {
    const joined = block.pieces.join('');
    if (block.type === 'text') return joined === '' ? null : { type: 'text', text: joined };
    const { toolUseId, name } = block;
    try {
      const input = joined.trim() === '' ? block.startInput : readInput(joined);
      return { type: 'toolUse', toolUseId, name, input };
    } catch (cause) {
      // The output limit cut the call in the middle; what came before it still counts.
      if (ourStopReason(this.stopReason, []) === 'maxTokens') return null;
      const problem = `the input of tool "${name}" is not usable JSON: ${errorText(cause)}`;
      // A model that had finished can be told; else the stream broke off.
      if (this.stopReason === null) throw new Error(problem, { cause });
      return { type: 'toolUse', toolUseId, name, input: {}, problem };
    }
  }
}

function readInput(text: string): Json {
  if (isJsonDeeperThan(text, MAX_TOOL_INPUT_DEPTH)) {
    throw new Error(`it is nested more than ${MAX_TOOL_INPUT_DEPTH} levels deep`);
  }
  return parseJson(text);
}

function openBlock(block: StartedBlock): OpenBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', pieces: [block.text] };
    case 'tool_use':
      return {
        type: 'tool_use',
        toolUseId: block.id,
        name: block.name,
        startInput: parseJson(JSON.stringify(block.input ?? {})),
        pieces: [],
      };
    case 'thinking':
      return { type: 'thinking', pieces: [block.thinking], signature: block.signature };
    case 'redacted_thinking':
    case 'unknown':
      return block;
    default:
      return assertNever(block);
  }
}

function thinkingBlock(
  block: Extract<OpenBlock, { type: 'thinking' | 'redacted_thinking' }>,
): ThinkingBlock {
  return block.type === 'thinking'
    ? { type: 'thinking', thinking: block.pieces.join(''), signature: block.signature }
    : { type: 'redacted_thinking', data: block.data };
}

function ourStopReason(
  reason: string | null,
  content: readonly ModelContent[],
): ModelAnswer['stopReason'] {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'maxTokens';
  if (reason === 'refusal') return 'refusal';
  // Some compatible servers end a turn with tool calls as if it were an ordinary end.
  return content.some((part) => part.type === 'toolUse') ? 'toolUse' : 'endTurn';
}
