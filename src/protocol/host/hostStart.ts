/** What a host that was just started tells the process that started it, once. */
import * as z from 'zod';
import { HostLock } from './hostRpc.ts';

export const HostStart = z.discriminatedUnion('type', [
  /** Where the host of the workspace listens: this one, or one that ran already. */
  z.object({ type: z.literal('ready'), ...HostLock.pick({ socket: true, token: true }).shape }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type HostStart = z.infer<typeof HostStart>;
