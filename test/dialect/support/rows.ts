/** Tables of rows: a sentence of the contract, a script, and what exactly comes of it. */
import assert from 'node:assert/strict';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { DialectBench, META, type Setting } from './dialectBench.ts';

/** Something that can be seen of a run besides what its script gave, and what it must be. */
export type Sight = readonly [see: (bench: DialectBench) => unknown, expected: unknown];

export interface RowSetting extends Setting {
  readonly sees?: readonly Sight[];
}

/** Title, body behind META, the script's value (or `threw(…)`), and what surrounds it. */
export type Row = readonly [title: string, body: string, given: unknown, setting?: RowSetting];

/** Runs each row as a test of its own; one after the other, because a second thread costs more than a row takes. */
export function runRows(chapter: string, rows: readonly Row[]): void {
  describe(chapter, function () {
    this.timeout(10_000);
    for (const [title, body, given, setting = {}] of rows) {
      it(title, async () => {
        const bench = await runScript(body, setting);
        const sees = setting.sees ?? [];
        const seen = sees.map(([see]) => see(bench));
        const expected = sees.map(([, value]) => value);
        assert.deepEqual({ given: bench.given, seen }, { given, seen: expected });
      });
    }
  });
}

/** Runs one script to the end of its run. */
async function runScript(body: string, setting: Setting = {}): Promise<DialectBench> {
  const bench = DialectBench.of(body, setting);
  await runToEnd(bench, setting);
  return bench;
}

export async function runToEnd(bench: DialectBench, { steer }: Setting = {}): Promise<void> {
  const steered = steer?.(bench).catch((error: unknown) => {
    // A run that nobody steers would never end, and keep its thread.
    bench.engine.control({ action: 'cancel' });
    throw error;
  });
  await Promise.all([bench.run(), steered]);
}

/** What a row expects of a script that throws and does not catch. */
export function threw(
  message: string,
  line: number | null = null,
  column: number | null = null,
): object {
  return { code: 'script_error', message, line, column };
}

/** What a row expects of a script that ends in another way than by a throw of its own. */
export function failedAs(
  code: string,
  message: string,
  line: number | null = null,
  column: number | null = null,
): object {
  return { code, message, line, column };
}

/** Title, whole source, and `severity code line:column` of each diagnostic. */
export type StaticRow = readonly [title: string, source: string, ...expected: readonly string[]];

/** States what the check finds, without running anything. */
export function checkRows(chapter: string, rows: readonly StaticRow[]): void {
  describe(chapter, () => {
    for (const [title, source, ...expected] of rows) {
      it(title, () => assert.deepEqual(diagnosticsOf(source), expected));
    }
  });
}

function diagnosticsOf(source: string): readonly string[] {
  return checkScript(source).diagnostics.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
  );
}

export { META };
