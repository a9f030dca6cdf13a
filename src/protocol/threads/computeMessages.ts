/** Tasks of the compute pool. Everything in it is plain data. */
import * as z from 'zod';

const pathText = z.object({ path: z.string(), text: z.string() });

const shared = z.instanceof(SharedArrayBuffer);

/** Texts in one piece of shared memory, in the order of their paths. */
export const SharedTexts = z.object({
  /** Names the list of paths, so that a thread has to read it only once. */
  listId: z.string(),
  /** UTF-8, one after the other. */
  texts: shared,
  /** Where each one ends, as 32-bit numbers. */
  ends: shared,
  /** JSON array of the paths. */
  paths: shared,
});
export type SharedTexts = z.infer<typeof SharedTexts>;

export const ComputeTask = z.discriminatedUnion('type', [
  /** Both are JSON text; a null value only compiles the schema. */
  z.object({
    type: z.literal('validate'),
    schemaJson: z.string(),
    valueJson: z.string().nullable(),
  }),
  /** Lines of the files that match a regular expression. */
  z.object({
    type: z.literal('search'),
    pattern: z.string(),
    /** In the order of their paths. */
    files: z.array(pathText),
    /** Texts that are searched as well, but for those of the absent paths. */
    corpus: z.object({ shared: SharedTexts, absent: z.array(z.string()) }).optional(),
    maxMatches: z.number().int().positive(),
  }),
  /** Those of the paths that match a glob. */
  z.object({ type: z.literal('glob'), globs: z.array(z.string()), paths: z.array(z.string()) }),
]);
export type ComputeTask = z.infer<typeof ComputeTask>;

export const ComputeAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('valid') }),
  z.object({ type: z.literal('invalid'), message: z.string() }),
  z.object({
    type: z.literal('matches'),
    matches: z.array(z.object({ path: z.string(), line: z.number().int(), text: z.string() })),
    /** True when there are more than were asked for. */
    more: z.boolean(),
  }),
  z.object({ type: z.literal('paths'), paths: z.array(z.string()) }),
  /** The pattern, glob or schema itself is wrong. */
  z.object({ type: z.literal('refused'), message: z.string() }),
]);
export type ComputeAnswer = z.infer<typeof ComputeAnswer>;
