import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';

/** What the floor sends: `bodies` one after the other for each agent. */
export interface FloorJob {
  readonly baseUrl: string;
  readonly agents: number;
  readonly concurrency: number;
  readonly bodies: readonly MessageCreateParams[];
}
