// Runs a command in a process group of its own and ends everything that came from it when the
// process that started this one goes away, however that happens: its end closes our stdin.
// Usage: node supervise.mjs <command> [...arguments]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const graceMs = 2_000;
const tag = `MUSTER_TEST_TAG=${randomUUID()}`;
const [tagName, tagValue] = tag.split('=');
const [command, ...commandArguments] = process.argv.slice(2);

const child = spawn(command, commandArguments, {
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, [tagName]: tagValue },
});
let ending = false;

child.once('error', (error) => {
  console.error(`Cannot run ${command}: ${error.message}`);
  process.exit(127);
});
child.once('exit', (code) => {
  // Grandchildren may have left the group (a detached host does), so the tag finds them.
  signalGroup('SIGKILL');
  killTagged();
  process.exit(code ?? 1);
});
process.stdin.resume();
for (const event of ['end', 'close', 'error']) process.stdin.once(event, end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

function end() {
  if (ending) return;
  ending = true;
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), graceMs);
}

function signalGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

function killTagged() {
  if (process.platform !== 'linux') return;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(tag)) {
        process.kill(Number(pid), 'SIGKILL');
      }
    } catch {
      // Another user's process, or one that ended meanwhile.
    }
  }
}
