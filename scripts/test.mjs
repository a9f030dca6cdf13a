// Runs the test levels side by side and sums them up; all of them, or those that are named.
// Usage: node scripts/test.mjs [level ...]      node scripts/test.mjs --list
// With UPDATE_WEIGHTS=1 it writes down how long files took, by which later runs are planned.
import process from 'node:process';
import { runInLanes } from './testLevels/lanes.mjs';
import { chooseLevels, levels } from './testLevels/levels.mjs';
import { forgottenFiles, planJobs } from './testLevels/planJobs.mjs';
import { keepWeights, reportAll, reportJob } from './testLevels/report.mjs';
import { endCommandsOnSignal } from './testLevels/runCommand.mjs';
import { runJob } from './testLevels/runJob.mjs';

async function main(names) {
  const known = levels.map(({ name }) => name);
  if (names.includes('--list')) return console.log(known.join('\n'));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`Unknown test level ${unknown.join(', ')}. Levels: ${known.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const forgotten = forgottenFiles(levels);
  if (forgotten.length > 0) {
    console.error(
      `No level in scripts/testLevels/levels.mjs runs ${forgotten.join(', ')}. Name their folder there.`,
    );
    process.exitCode = 1;
    return;
  }
  endCommandsOnSignal();
  const jobs = planJobs(chooseLevels(names));
  const results = await runInLanes(jobs, { runJob, onEnd: reportJob });
  if (process.env.UPDATE_WEIGHTS === '1') keepWeights(results);
  const { failed } = reportAll(results, levels);
  process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
}

await main(process.argv.slice(2));
