import * as z from 'zod';

/** A JSON payload: in place while it is small, else a blob in the run's folder. */
export const ValueRef = z.discriminatedUnion('type', [
  z.object({ type: z.literal('inline'), json: z.string() }),
  z.object({ type: z.literal('blob'), sha256: z.string(), bytes: z.number().int() }),
]);
export type ValueRef = z.infer<typeof ValueRef>;
