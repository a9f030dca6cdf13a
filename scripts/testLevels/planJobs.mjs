import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { rootDir } from '../bootstrap/run.mjs';

// A process for each file would start too often, one for each level would leave a lane idle at the end.
const wantedSeconds = 30;
// Of a file that fileSeconds.json does not name.
const usualSeconds = 1;
const weightsFile = path.join(rootDir, 'scripts/testLevels/fileSeconds.json');

/** Cuts levels into jobs, each a process: a check, a script, or test files that belong together. */
export function planJobs(levels) {
  const seconds = JSON.parse(readFileSync(weightsFile, 'utf8'));
  return levels.flatMap((level) => jobsOf(level, seconds));
}

/** Test files that no level would run. */
export function forgottenFiles(levels) {
  const planned = new Set(levels.flatMap((level) => (level.sources ? filesOf(level) : [])));
  const all = filesOf({ type: 'mocha', sources: 'test' });
  return all.filter((file) => !file.startsWith('test/fixtures/') && !planned.has(file));
}

function jobsOf(level, weights) {
  const files = level.sources === undefined ? undefined : filesOf(level);
  if (files?.length === 0) return [];
  if (level.type !== 'mocha') {
    return [
      { level, files: [level.script ?? level.name], title: level.name, seconds: level.seconds },
    ];
  }
  const batches = batchesOf(
    files.map((file) => ({ file, seconds: weights[file] ?? usualSeconds })),
  );
  return batches.map((batch, index) => ({
    level,
    files: batch.map(({ file }) => file).sort(),
    title: batches.length === 1 ? level.name : `${level.name} ${index + 1}/${batches.length}`,
    seconds: secondsOf(batch),
  }));
}

function filesOf({ type, sources }) {
  const place = path.join(rootDir, sources);
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [sources];
  const pattern = type === 'check' ? /\.tsx?$/ : /\.test\.tsx?$/;
  const names = readdirSync(place, { recursive: true }).filter((name) => pattern.test(name));
  return names.map((name) => path.join(sources, name).replaceAll('\\', '/')).sort();
}

/** Batches of about the same length: the longest file first, each into the batch that is shortest. */
function batchesOf(files) {
  const count = Math.max(1, Math.round(secondsOf(files) / wantedSeconds));
  const batches = Array.from({ length: Math.min(count, files.length) }, () => []);
  for (const file of files.toSorted((a, b) => b.seconds - a.seconds)) {
    const [shortest] = batches.toSorted((a, b) => secondsOf(a) - secondsOf(b));
    shortest.push(file);
  }
  return batches;
}

function secondsOf(files) {
  return files.reduce((total, { seconds }) => total + seconds, 0);
}
