import * as z from 'zod';

/** How the server answers. */
export type ServerMode = 'text' | 'readAndEdit' | 'hold';

/** From the bench to the model server; each is answered with a value or an error. */
export const ServerCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('waitOpen'), id: z.number(), count: z.number() }),
  z.object({ type: z.literal('waitRequests'), id: z.number(), count: z.number() }),
  z.object({ type: z.literal('mark'), id: z.number() }),
  z.object({ type: z.literal('release'), id: z.number() }),
  z.object({ type: z.literal('stats'), id: z.number() }),
]);
export type ServerCommand = z.infer<typeof ServerCommand>;

/** What the server counted. */
export const ServerStats = z.object({
  requests: z.number(),
  closedByClient: z.number(),
  startedSinceMark: z.number(),
  /** Those of them that came while another one was open. */
  startedSinceMarkBesideOthers: z.number(),
  maxInFlight: z.number(),
});
export type ServerStats = z.infer<typeof ServerStats>;
