import * as z from 'zod';
import { parseJson } from '../../base/json.ts';

const command = z.string().trim().min(1);
const Spec = z.union([
  command.transform((text) => ({ command: text, phase: null })),
  z.object({ command, phase: z.string().nullable().catch(null) }),
]);

/** Reads the argument of verify(); null for what a run would refuse. */
export function readMockVerify(paramsJson: string): z.infer<typeof Spec> | null {
  try {
    return Spec.safeParse(parseJson(paramsJson)).data ?? null;
  } catch {
    // A text that is refused, for a "__proto__" key, is no command either.
    return null;
  }
}
