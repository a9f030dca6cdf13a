import * as z from 'zod';

/** A file of the run's folder as it was when an entry was written: so many bytes, with that hash. */
export const FileMark = z.object({
  /** Path inside the run's folder. */
  name: z.string(),
  sha256: z.string(),
  bytes: z.number().int().nonnegative(),
});
export type FileMark = z.infer<typeof FileMark>;
