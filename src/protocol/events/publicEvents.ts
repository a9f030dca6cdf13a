import * as z from 'zod';
import { RunEvent } from './runEvents.ts';
import { RunEnded } from './sessionEvents.ts';

/** `run.ended` as it leaves the product: with the script's result itself instead of a reference to it. */
export const PublicRunEnded = RunEnded.extend({ result: z.json() });

/** One line of `--json`: every event of the journal, and the passing ones. */
export const PublicRunEvent = z.union([
  z.discriminatedUnion(
    'type',
    // All but the last event are public as they are.
    RunEvent.options.filter((option) => option !== RunEnded) as [
      Exclude<(typeof RunEvent.options)[number], typeof RunEnded>,
    ],
  ),
  PublicRunEnded,
]);
export type PublicRunEvent = z.infer<typeof PublicRunEvent>;

/** JSON Schema of the lines, for docs/events.schema.json. */
export function publicEventSchema(): unknown {
  return { title: 'Muster run event', ...z.toJSONSchema(PublicRunEvent) };
}
