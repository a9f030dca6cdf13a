/** Commands that take too much of the machine: each is bounded by itself too, should the limits fail. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommandResult } from '../../../../../src/core/ports/commandRunner.ts';
import { createCommandRunner } from '../../../../../src/host/adapters/commands/createCommandRunner.ts';
import { openCommandSandbox } from '../../../../../src/host/adapters/commands/sandbox/commandSandbox.ts';
import {
  commandLimits,
  type CommandLimits,
} from '../../../../../src/host/adapters/commands/watch/commandLimits.ts';
import { freshHome } from '../../../../../src/host/adapters/git/directories/scratchHome.ts';
import { systemClock } from '../../../../../src/host/adapters/system.ts';
import { hasSandbox } from '../../../../support/hasSandbox.ts';

const distDirectory = path.resolve(import.meta.dirname, '../../../../../dist');
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const mebibyte = 1024 * 1024;
/** A command of this suite ends by itself after this many seconds. */
const seconds = 20;

interface Attack {
  readonly title: string;
  readonly command: string;
  readonly limits: Partial<CommandLimits>;
  readonly stopped: string;
  /** Needs what only this system shows. */
  readonly only?: 'linux';
  readonly needs?: 'sandbox';
}

const node = (source: string): string =>
  `node -e '${source}; setTimeout(() => {}, ${seconds * 1000})'`;

const attacks: readonly Attack[] = [
  {
    title: 'forks without end',
    command: `i=0; while [ $i -lt 400 ]; do sleep ${seconds} & i=$((i+1)); done; wait`,
    limits: { processes: 60 },
    stopped: 'it started more than 60 processes',
    only: 'linux',
  },
  {
    title: 'forks daemons in sessions of their own, without an environment, that ignore signals',
    command: `i=0; while [ $i -lt 200 ]; do env -i PATH="$PATH" setsid sh -c "trap '' TERM HUP INT; sleep ${seconds}; :" & i=$((i+1)); done; wait`,
    limits: { processes: 60 },
    stopped: 'it started more than 60 processes',
    only: 'linux',
    needs: 'sandbox',
  },
  {
    title: 'starts threads without end',
    command: node(
      `const { Worker } = require("worker_threads"); for (let i = 0; i < 30; i += 1) new Worker("setTimeout(() => {}, ${seconds * 1000})", { eval: true })`,
    ),
    limits: { threads: 30 },
    stopped: 'it started more than 30 threads',
    only: 'linux',
  },
  {
    title: 'takes memory',
    command: node(`globalThis.kept = Buffer.alloc(300 * 1024 * 1024, 1)`),
    limits: { memoryBytes: 200 * mebibyte },
    stopped: 'it used more than 200 MiB of memory',
    only: 'linux',
  },
  {
    title: 'takes memory as files of the sandbox',
    command: `head -c ${150 * mebibyte} /dev/zero > /dev/shm/a; head -c ${150 * mebibyte} /dev/zero > /home/b; sleep ${seconds}`,
    limits: { memoryBytes: 200 * mebibyte },
    stopped: 'it used more than 200 MiB of memory',
    only: 'linux',
    needs: 'sandbox',
  },
  {
    title: 'fills the disk',
    command: `i=0; while [ $i -lt 20 ]; do head -c 8000000 /dev/urandom > big-$i; i=$((i+1)); done; sync .; sleep ${seconds}`,
    limits: { diskBytes: 64 * mebibyte },
    stopped: 'it wrote more than 64 MiB to the disk',
  },
  {
    title: 'fills the disk in its home folder',
    command: `head -c 160000000 /dev/urandom > "$HOME/big"; sync "$HOME"; sleep ${seconds}`,
    limits: { diskBytes: 64 * mebibyte },
    stopped: 'it wrote more than 64 MiB to the disk',
    needs: 'sandbox',
  },
  {
    title: 'fills the disk with a file that has no name any more',
    command: `exec 3> hidden; rm hidden; head -c 160000000 /dev/urandom >&3; sync /dev/fd/3; sleep ${seconds}`,
    limits: { diskBytes: 64 * mebibyte },
    stopped: 'it wrote more than 64 MiB to the disk',
    only: 'linux',
  },
  {
    title: 'makes files without end',
    command: `mkdir many; cd many; i=0; while [ $i -lt 5000 ]; do : > $i; i=$((i+1)); done; sleep ${seconds}`,
    limits: { files: 2000 },
    stopped: 'it made more than 2000 files',
  },
  {
    title: 'prints without end',
    command: 'yes | head -c 2000000000',
    limits: { printedBytes: 64 * mebibyte },
    stopped: 'it printed more than 64 MiB',
  },
];

const kinds = hasSandbox() ? (['sandbox', 'none'] as const) : (['none'] as const);
for (const kind of kinds) {
  describe(`a command without bounds, sandbox: ${kind}`, function () {
    this.timeout(30_000);
    let root: string;
    let tree: string;

    beforeEach(async () => {
      root = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-limits-')));
      tree = path.join(root, 'trees', '1');
      await mkdir(tree, { recursive: true });
      await freshHome(tree);
    });
    afterEach(() => rm(root, { recursive: true, force: true }));

    for (const { title, command, limits, stopped, only, needs } of attacks) {
      if (only !== undefined && only !== process.platform) continue;
      if (needs === 'sandbox' && kind === 'none') continue;
      it(`is stopped when it ${title}, and told why`, async () => {
        const result = await run(command, limits);
        assert.deepEqual(
          [result.stopped, result.exitCode, result.timedOut],
          [stopped, null, false],
          result.output.slice(-500),
        );
        assert.match(result.output, /\[Stopped: it [^\]]+\]\n$/u);
        assert.ok(result.durationMs < 15_000, `${result.durationMs} ms`);
        assert.equal(await processesWith(tree), 0);
      });
    }

    it('is left alone while it keeps to its limits', async () => {
      const result = await run('node -e "setTimeout(() => console.log(1), 700)"', {});
      assert.deepEqual([result.exitCode, result.stopped, result.output], [0, undefined, '1\n']);
    });

    function run(command: string, limits: Partial<CommandLimits>): Promise<CommandResult> {
      const runner = createCommandRunner({
        environment: process.env,
        clock: systemClock,
        log: silent,
        secrets: () => [],
        openSandbox: () =>
          kind === 'none'
            ? Promise.resolve(null)
            : openCommandSandbox({
                distDirectory,
                environment: process.env,
                log: silent,
                hidden: [path.join(root, 'workspace')],
              }),
        limits: { ...commandLimits(), ...limits },
      });
      const { signal } = new AbortController();
      const logPath = path.join(root, 'output.log');
      return runner.run({ command, tree, directory: tree, timeoutMs: 25_000, logPath, signal });
    }
  });
}

/** Processes that work in the folder: none of them may outlive its command. */
async function processesWith(folder: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return places.filter((place) => place.startsWith(folder)).length;
}
