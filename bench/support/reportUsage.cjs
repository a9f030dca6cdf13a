// Preloaded into a measured process: writes what that process itself has used when it ends. Worker
// threads are in it, child processes are not.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const file = process.env['BENCH_USAGE_FILE'];
if (isMainThread && file !== undefined) {
  // A process that this one starts must not write over its numbers.
  delete process.env['BENCH_USAGE_FILE'];
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    writeFileSync(file, JSON.stringify({ cpuSeconds, peakRssMiB: peakRssMiB() }));
  });
}

function peakRssMiB() {
  // maxRSS of a spawned process begins at that of the process which spawned it; VmHWM is its own.
  if (process.platform === 'linux') {
    const found = /^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return Number(found[1]) / 1024;
  }
  return process.resourceUsage().maxRSS / 1024;
}
