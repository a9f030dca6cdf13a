import * as z from 'zod';

export const RunState = z.enum([
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
  'interrupted',
]);
export type RunState = z.infer<typeof RunState>;

export const PauseReason = z.enum(['user', 'limit', 'gate', 'breaker', 'usage']);
export type PauseReason = z.infer<typeof PauseReason>;
