/** What a run says on its way. */
import * as z from 'zod';
import { durable } from './eventHead.ts';

export const PhaseStarted = z.object({
  type: z.literal('phase.started'),
  ...durable,
  title: z.string(),
});

export const LogLine = z.object({
  type: z.literal('log'),
  ...durable,
  level: z.enum(['info', 'warning']),
  message: z.string(),
  /** So many lines before this one were not kept. */
  dropped: z.number().int().positive().optional(),
});
