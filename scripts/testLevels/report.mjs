import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rootDir } from '../bootstrap/run.mjs';

const slowest = 10;
// Shorter files are planned with one second; the shorter the list, the less often it changes.
const leastSeconds = 3;
const weightsFile = path.join(rootDir, 'scripts/testLevels/fileSeconds.json');

/** Prints what came of one job, and all that it printed. */
export function reportJob({ job, counts, problem, seconds, output }) {
  console.log(`\n== ${job.title}`);
  process.stdout.write(output);
  const state = counts.failed > 0 ? `FAILED: ${problem ?? numbersOf(counts)}` : numbersOf(counts);
  console.log(`-- ${job.title}: ${state} (${seconds.toFixed(1)} s)`);
}

/** Prints what is slow, what each level came to and what failed; the sum of all in the last line. */
export function reportAll(results, levels) {
  reportSlowest(results);
  console.log('');
  for (const { name } of levels) {
    const own = results.filter(({ job }) => job.level.name === name);
    if (own.length > 0) reportLevel(name, own);
  }
  for (const { job, counts } of results) {
    for (const failure of counts.failures ?? []) console.log(`${job.level.name}: ${failure}`);
  }
  const total = sumOf(results);
  console.log(`\n${numbersOf(total)}`);
  return total;
}

/** Writes down how long files took, for the plans to come. */
export function keepWeights(results) {
  const known = JSON.parse(readFileSync(weightsFile, 'utf8'));
  const measured = Object.assign({}, known, ...results.map(({ counts }) => counts.files ?? {}));
  const kept = Object.entries(measured)
    .filter(([file, seconds]) => seconds >= leastSeconds && existsSync(path.join(rootDir, file)))
    .map(([file, seconds]) => [file, Math.round(seconds)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(weightsFile, `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`);
}

function reportSlowest(results) {
  const files = results.flatMap(({ job, counts, seconds }) =>
    counts.files === undefined
      ? [{ name: job.title, seconds }]
      : Object.entries(counts.files).map(([name, taken]) => ({ name, seconds: taken })),
  );
  const tests = results.flatMap(({ job, counts }) =>
    (counts.tests ?? []).map(({ title, seconds }) => ({
      name: `${job.level.name}: ${title}`,
      seconds,
    })),
  );
  for (const [title, list] of [
    ['files', files],
    ['tests', tests],
  ]) {
    console.log(`\nThe slowest ${title}:`);
    for (const { name, seconds } of list.sort((a, b) => b.seconds - a.seconds).slice(0, slowest)) {
      console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}`);
    }
  }
}

function reportLevel(name, results) {
  const counts = sumOf(results);
  const seconds = results.reduce((total, result) => total + result.seconds, 0);
  const state = counts.failed > 0 ? 'FAILED' : 'ok';
  console.log(`${state.padEnd(7)}${name.padEnd(15)}${numbersOf(counts)} (${seconds.toFixed(1)} s)`);
  for (const { job, problem } of results) {
    if (problem !== undefined) console.log(`       ${job.title}: ${problem}`);
  }
}

function sumOf(results) {
  const sum = (key) => results.reduce((total, { counts }) => total + counts[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function numbersOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
