import assert from 'node:assert/strict';
import * as z from 'zod';
import { parseJsonAs } from '../../src/base/parseJsonAs.ts';

const Point = z.object({ x: z.number(), y: z.number().default(0) });

describe('parseJsonAs', () => {
  for (const [text, expected] of [
    ['{"x": 1}', { x: 1, y: 0 }],
    ['{"x": "1"}', null],
    ['[]', null],
    ['{"x": 1', null],
    ['', null],
    ['{"x": 1, "__proto__": {}}', null],
  ] as const) {
    it(`gives ${JSON.stringify(expected)} for ${text}`, () => {
      assert.deepEqual(parseJsonAs(Point, text), expected);
    });
  }

  it('lets a fault of the schema itself through', () => {
    const broken = { safeParse: () => assert.fail('broken') };
    assert.throws(() => parseJsonAs(broken, '{}'), /broken/u);
  });
});
