/** What all events of a run have. */
import * as z from 'zod';

export const head = {
  runId: z.string(),
  /** Milliseconds since the epoch, from the host's clock. */
  at: z.number(),
};

/** Journal entries are numbered from 1 without a gap. */
export const durable = { ...head, seq: z.number().int().positive() };

export const agentId = z.number().int().positive();

export const callId = z.number().int().positive();
