import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { DEFAULT_RETENTION, DEFAULT_RUN_LIMITS } from '../../src/protocol/defaults.ts';
import { RunLimits } from '../../src/protocol/runLimits.ts';
import { AGENT_CEILING, CONCURRENCY_CEILING } from '../../src/protocol/runCeilings.ts';

const Setting = z.object({
  default: z.unknown(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const Manifest = z.object({
  contributes: z.object({
    configuration: z.object({ properties: z.record(z.string(), Setting) }),
  }),
});

describe('What holds when the user says nothing', () => {
  let settings: Readonly<Record<string, z.infer<typeof Setting>>> = {};
  before(async () => {
    const file = path.resolve(import.meta.dirname, '../../package.json');
    const manifest = Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
    settings = manifest.contributes.configuration.properties;
  });

  for (const [name, value] of Object.entries(DEFAULT_RUN_LIMITS)) {
    it(`is what the editor's settings show: limits.${name}`, () => {
      assert.deepEqual(settings[`muster.limits.${name}`]?.default, value);
    });
  }

  it("is what the editor's settings show of how much is kept", () => {
    assert.equal(settings['muster.retention.maxRuns']?.default, DEFAULT_RETENTION.maxRuns);
    const gigabytes = settings['muster.retention.maxGigabytes']?.default;
    assert.equal(Number(gigabytes) * 1024 ** 3, DEFAULT_RETENTION.maxBytes);
  });

  it('has every limit that the settings have, and no other', () => {
    const inSettings = Object.keys(settings).flatMap(
      (name) => /^muster\.limits\.(.*)$/u.exec(name)?.[1] ?? [],
    );
    assert.deepEqual(inSettings.toSorted(), Object.keys(DEFAULT_RUN_LIMITS).toSorted());
  });

  it('is in bounds, which are those of the settings', () => {
    assert.deepEqual(RunLimits.parse(DEFAULT_RUN_LIMITS), DEFAULT_RUN_LIMITS);
    assert.equal(settings['muster.limits.maxAgents']?.maximum, AGENT_CEILING);
    assert.equal(settings['muster.limits.concurrency']?.maximum, CONCURRENCY_CEILING);
  });
});
