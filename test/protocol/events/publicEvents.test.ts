import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { publicEventSchema, PublicRunEvent } from '../../../src/protocol/events/publicEvents.ts';
import { RunEvent } from '../../../src/protocol/events/runEvents.ts';
import { assertGolden } from '../../support/golden.ts';
import { allEvents } from './eventSamples.ts';

/** As it leaves the product: `run.ended` carries the result itself. */
function publicEvents(): unknown[] {
  return allEvents().map((event) =>
    event.type === 'run.ended' ? { ...event, result: { any: ['json', 1, null] } } : event,
  );
}

describe('The public events', () => {
  it('are all that a run has', () => {
    const types = RunEvent.options.map((option) => option.shape.type.value);
    assert.deepEqual(
      allEvents()
        .map(({ type }) => type)
        .toSorted(),
      types.toSorted(),
    );
    const schema = JSON.stringify(publicEventSchema());
    for (const type of types) assert.ok(schema.includes(`"const":"${type}"`), `${type} is missing`);
  });

  it('fit their own parser and the published schema', () => {
    const validate = new Ajv2020({ strict: false }).compile(publicEventSchema() as object);
    for (const event of publicEvents()) {
      PublicRunEvent.parse(event);
      assert.ok(validate(event), JSON.stringify([event, validate.errors]));
    }
  });

  it('are refused by the schema when a field is missing or has another type', () => {
    const validate = new Ajv2020({ strict: false }).compile(publicEventSchema() as object);
    for (const event of publicEvents() as { runId: string; type: string }[]) {
      const { runId, ...rest } = event;
      assert.equal(validate(rest), false, event.type);
      assert.equal(validate({ ...event, at: runId }), false, event.type);
      assert.equal(validate({ ...event, type: 'nonsense' }), false);
    }
  });

  it('are described in docs/events.schema.json', () => {
    const text = `${JSON.stringify(publicEventSchema(), null, 2)}\n`;
    assertGolden(new URL('../../../docs/events.schema.json', import.meta.url), text);
  });
});
