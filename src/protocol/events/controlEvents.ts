/** What holds a run, and what the user changes on its way. */
import * as z from 'zod';
import { RunLimits } from '../runLimits.ts';
import { durable } from './eventHead.ts';
import { PauseReason } from './runState.ts';

export const RunStateChanged = z.object({
  type: z.literal('run.state'),
  ...durable,
  state: z.enum(['running', 'paused', 'interrupted']),
  reason: PauseReason.nullable(),
  message: z.string().nullable(),
});

export const RunThrottled = z.object({
  type: z.literal('run.throttled'),
  ...durable,
  concurrency: z.number().int().min(1).max(256),
});

/** The user raised or lowered the limits of a run under way. */
export const RunLimitsChanged = z.object({
  type: z.literal('run.limits'),
  ...durable,
  limits: RunLimits,
});
