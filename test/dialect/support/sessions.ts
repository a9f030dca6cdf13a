/** Tables of runs in two sessions: what the second one gives, and what it asks of the model again. */
import assert from 'node:assert/strict';
import type { DurableRunEvent } from '../../../src/protocol/events/runEvents.ts';
import { DialectBench, type Session, type Setting } from './dialectBench.ts';
import { runToEnd, type Sight } from './rows.ts';

export interface Sessions {
  /** Body of the first session; the second one's, too, unless that has its own. */
  readonly first: string;
  readonly second?: string;
  /** The first session's journal ends behind this entry, as after a crash. */
  readonly cut?: (event: DurableRunEvent) => boolean;
  readonly setting?: Setting;
  /** What is different in the second session. */
  readonly later?: Setting;
  /** What the second session's script gives. */
  readonly given: unknown;
  /** Prompts that reach the model in the second session. */
  readonly asks: readonly string[];
  readonly sees?: readonly Sight[];
}

/** Runs each pair of sessions as a test of its own. */
export function sessionRows(chapter: string, rows: Readonly<Record<string, Sessions>>): void {
  describe(chapter, function () {
    this.timeout(10_000);
    for (const [title, row] of Object.entries(rows)) {
      it(title, async () => {
        const bench = await runSecond(row);
        const sees = row.sees ?? [];
        assert.deepEqual(
          {
            given: bench.given,
            asks: [...bench.prompts].toSorted(),
            seen: sees.map(([see]) => see(bench)),
          },
          {
            given: row.given,
            asks: [...row.asks].toSorted(),
            seen: sees.map(([, value]) => value),
          },
        );
      });
    }
  });
}

async function runSecond({ first, second, cut, setting, later }: Sessions): Promise<DialectBench> {
  const before = DialectBench.of(first, setting);
  await runToEnd(before, setting);
  const left: Session = before.session(cut);
  const bench = DialectBench.of(second ?? first, { ...setting, ...later }, left);
  await runToEnd(bench, later);
  return bench;
}
