// Runs the test levels in order and sums them up; all of them, or those that are named.
// Usage: node scripts/test.mjs [level ...]      node scripts/test.mjs --list
import process from 'node:process';
import { levels } from './testLevels/levels.mjs';
import { runLevel } from './testLevels/runLevel.mjs';

async function main(names) {
  const known = levels.map(({ name }) => name);
  if (names.includes('--list')) return console.log(known.join('\n'));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`Unknown test level ${unknown.join(', ')}. Levels: ${known.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const chosen = names.length === 0 ? levels : withBuild(names);
  const results = [];
  for (const level of chosen) results.push(await runLevel(level));
  report(results);
}

// Levels that use dist/ must never test an old one.
function withBuild(names) {
  const needsBuild = levels.some(({ name, usesDist }) => usesDist && names.includes(name));
  return levels.filter(({ name }) => names.includes(name) || (needsBuild && name === 'build'));
}

function report(results) {
  const ran = results.filter((result) => result !== undefined);
  const sum = (key) => ran.reduce((total, { counts }) => total + counts[key], 0);
  console.log('');
  for (const { name, counts, seconds, problem } of ran) {
    const state = counts.failed > 0 ? 'FAILED' : 'ok';
    const numbers = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    console.log(`${state.padEnd(7)}${name.padEnd(15)}${numbers} (${seconds} s)`);
    if (problem !== undefined) console.log(`       ${problem}`);
  }
  for (const { name, counts } of ran) {
    for (const failure of counts.failures ?? []) console.log(`${name}: ${failure}`);
  }
  console.log('');
  process.exitCode = sum('failed') > 0 || ran.length === 0 ? 1 : 0;
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
}

await main(process.argv.slice(2));
