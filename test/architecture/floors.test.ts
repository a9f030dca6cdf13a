import assert from 'node:assert/strict';
import { floors, partOf, upwardArrows, type Floors } from './floors.ts';
import { findArrows, root, sourceFiles, type Arrow } from './imports.ts';

describe('Inside the large rooms', () => {
  let arrows: readonly Arrow[] = [];
  let files: readonly string[] = [];

  before(async () => {
    files = await sourceFiles();
    arrows = await findArrows(root, ['src']);
  });

  for (const each of floors) {
    const { folder, order } = each;

    it(`every part of ${folder} has one floor`, () => {
      const parts = new Set(files.flatMap((file) => partOf(folder, file) ?? []));
      assert.ok(parts.size > 1, `${folder} has no parts`);
      assert.deepEqual(order.toSorted(), [...parts].toSorted());
    });

    it(`no import in ${folder} runs upwards`, () => {
      const inside = arrows.filter(
        ({ from, to }) => from.startsWith(folder) && to.startsWith(folder),
      );
      assert.ok(inside.length > 1, `${folder} has no imports`);
      assert.deepEqual(upwardArrows(inside, each), []);
    });
  }
});

describe('The floors of a room', () => {
  const core: Floors = { folder: 'src/core/', order: ['limits.ts', 'ports/', 'run/'] };
  const arrow = (from: string, to: string): Arrow => ({
    from,
    to,
    isTypeOnly: true,
    isDynamic: false,
  });

  const wrong: readonly (readonly [from: string, to: string])[] = [
    ['src/core/ports/clock.ts', 'src/core/run/runEngine.ts'],
    ['src/core/ports/deep/clock.ts', 'src/core/run/agents/agentTask.ts'],
    ['src/core/limits.ts', 'src/core/ports/clock.ts'],
    // A part without a floor stands below all others, so that it may use none of them.
    ['src/core/elsewhere/a.ts', 'src/core/limits.ts'],
  ];
  for (const [from, to] of wrong) {
    it(`refuse ${from} → ${to}`, () => {
      assert.deepEqual(upwardArrows([arrow(from, to)], core), [`${from} → ${to}`]);
    });
  }

  const right: readonly (readonly [from: string, to: string])[] = [
    ['src/core/run/runEngine.ts', 'src/core/ports/clock.ts'],
    ['src/core/run/runEngine.ts', 'src/core/run/agents/agentTask.ts'],
    ['src/core/ports/clock.ts', 'src/core/limits.ts'],
    ['src/core/ports/clock.ts', 'src/protocol/plan.ts'],
    ['src/host/main.ts', 'src/core/run/runEngine.ts'],
  ];
  const upwards: readonly (readonly [folder: string, from: string, to: string])[] = [
    ['src/extension/', 'src/extension/runTree/a.ts', 'src/extension/chat/b.ts'],
    ['src/extension/', 'src/extension/runs/a.ts', 'src/extension/statusBar/b.ts'],
    ['src/extension/', 'src/extension/settings/a.ts', 'src/extension/runs/b.ts'],
    ['src/extension/', 'src/extension/chat/a.ts', 'src/extension/main.ts'],
    ['src/extension/review/', 'src/extension/review/apply/a.ts', 'src/extension/review/review.ts'],
    [
      'src/extension/review/',
      'src/extension/review/proposals/a.ts',
      'src/extension/review/decisions/b.ts',
    ],
  ];
  for (const [folder, from, to] of upwards) {
    it(`of ${folder} refuse ${from} → ${to}`, () => {
      const order = floors.filter((each) => each.folder === folder);
      assert.deepEqual(
        order.flatMap((each) => upwardArrows([arrow(from, to)], each)),
        [`${from} → ${to}`],
      );
    });
  }

  for (const [from, to] of right) {
    it(`allow ${from} → ${to}`, () => {
      assert.deepEqual(upwardArrows([arrow(from, to)], core), []);
    });
  }
});
