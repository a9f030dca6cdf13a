import * as z from 'zod';

/** A file's bytes by hash, with git's mode. */
export const ContentRef = z.object({ sha256: z.string(), mode: z.number().int() });
export type ContentRef = z.infer<typeof ContentRef>;
