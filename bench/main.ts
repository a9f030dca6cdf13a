// Usage: npm run bench [-- names… --rounds N --case 1000/200/16 --dist DIR --write]
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { changes } from './changes.ts';
import { control } from './control.ts';
import { fanOut } from './fanOut.ts';
import { resume } from './resume.ts';
import { script } from './script.ts';

import { toolAgents } from './toolAgents.ts';
import { openBenchContext, type BenchContext } from './support/benchContext.ts';
import { describeMachine, toMarkdown, type BenchReport } from './support/report.ts';

const root = path.resolve(import.meta.dirname, '..');
const resultsFile = path.join(import.meta.dirname, 'RESULTS.md');

const benches = {
  'fan-out': fanOut,
  'tool-agents': toolAgents,
  script,
  resume,
  control,
  changes,
} as const satisfies Readonly<Record<string, (ctx: BenchContext) => Promise<BenchReport>>>;

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      case: { type: 'string', multiple: true, default: [] },
      dist: { type: 'string', default: path.join(root, 'dist') },
      write: { type: 'boolean', default: false },
    },
  });
  const machine = describeMachine();
  say(machine);
  const opened = await openBenchContext({
    distDirectory: path.resolve(values.dist),
    rounds: Number(values.rounds),
    cases: values.case,
    say,
  });
  const { ctx } = opened;
  try {
    const reports: BenchReport[] = [];
    for (const bench of chosen(positionals)) reports.push(await bench(ctx));
    process.stdout.write(`\n${toMarkdown(reports)}`);
    if (values.write) await write(reports, `${machine}, best of ${ctx.rounds}`);
  } finally {
    await opened.dispose();
  }
}

function chosen(
  names: readonly string[],
): readonly ((ctx: BenchContext) => Promise<BenchReport>)[] {
  const unknown = names.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no bench "${unknown}". There are: ${Object.keys(benches).join(', ')}.`,
    );
  }
  return Object.entries(benches)
    .filter(([name]) => names.length === 0 || names.includes(name))
    .map(([, bench]) => bench);
}

/** Puts the tables of these benches in place of their older ones; those of others stay. */
async function write(reports: readonly BenchReport[], machine: string): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const older = await readFile(resultsFile, 'utf8').catch(() => '');
  const sections = new Map(splitSections(older));
  for (const report of reports) {
    const table = toMarkdown([report]);
    const measured = `Measured ${date}: ${machine}.`;
    sections.set(report.title, table.replace('\n\n', `\n\n${measured}\n\n`));
  }
  const head = '# Results of the benchmarks\n\nWritten by `npm run bench -- --write`.\n';
  await writeFile(resultsFile, [head, ...sections.values()].join('\n'));
  say(`written: ${path.relative(root, resultsFile)}`);
}

function splitSections(markdown: string): (readonly [string, string])[] {
  return markdown
    .split(/^(?=## )/mu)
    .filter((section) => section.startsWith('## '))
    .map((section) => [section.slice(3, section.indexOf('\n')), `${section.trimEnd()}\n`] as const);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
