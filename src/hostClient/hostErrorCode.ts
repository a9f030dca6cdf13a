import * as z from 'zod';

/** What a refused request carries, below the error that a connection makes of it. */
const Refused = z.object({ cause: z.object({ data: z.object({ code: z.string() }) }) });

/** The code by which the host refused a request, such as `not_found`; null for any other failure. */
export function hostErrorCode(error: unknown): string | null {
  return Refused.safeParse(error).data?.cause.data.code ?? null;
}
