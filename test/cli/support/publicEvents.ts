import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  publicEventSchema,
  PublicRunEnded,
  PublicRunEvent,
} from '../../../src/protocol/events/publicEvents.ts';
import type * as z from 'zod';

// A parse boundary: the schema is made for programs that know no zod.
const isEvent = new Ajv2020({ strict: false }).compile(publicEventSchema() as object);

/** Reads the output of `--json`: every line must be an event by the published schema and by ours. */
export function readEvents(stdout: string): readonly PublicRunEvent[] {
  assert.ok(stdout.endsWith('\n'), 'the last line is whole');
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const value: unknown = JSON.parse(line);
      assert.ok(isEvent(value), `${JSON.stringify(isEvent.errors)} in ${line}`);
      return PublicRunEvent.parse(value);
    });
}

/** The last line of `--json`, which must be run.ended. */
export function readEnd(stdout: string): z.infer<typeof PublicRunEnded> {
  return PublicRunEnded.parse(readEvents(stdout).at(-1));
}
