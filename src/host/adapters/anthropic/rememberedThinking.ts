import type {
  RedactedThinkingBlockParam,
  ThinkingBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import type { ModelContent } from '../../../core/ports/modelClient.ts';

export type ThinkingBlock = ThinkingBlockParam | RedactedThinkingBlockParam;

/**
 * Thinking that came before a part of an answer. The API wants it back, byte for byte, with the
 * tool results of that answer; the product has no use for it. It hangs on the part itself, so it
 * lives exactly as long as the conversation that holds the part.
 */
export class RememberedThinking {
  private readonly byPart = new WeakMap<ModelContent, readonly ThinkingBlock[]>();

  remember(part: ModelContent, blocks: readonly ThinkingBlock[]): void {
    if (blocks.length > 0) this.byPart.set(part, blocks);
  }

  before(part: ModelContent): readonly ThinkingBlock[] {
    return this.byPart.get(part) ?? [];
  }
}
