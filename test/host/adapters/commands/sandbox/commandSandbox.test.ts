/** Commands that attack: everything in here runs code that an agent could have written. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_COMMAND_OUTPUT_BYTES } from '../../../../../src/core/limits.ts';
import type { CommandResult, CommandRunner } from '../../../../../src/core/ports/commandRunner.ts';
import { createCommandRunner } from '../../../../../src/host/adapters/commands/createCommandRunner.ts';
import { openCommandSandbox } from '../../../../../src/host/adapters/commands/sandbox/commandSandbox.ts';
import { freshHome } from '../../../../../src/host/adapters/git/directories/scratchHome.ts';
import { systemClock } from '../../../../../src/host/adapters/system.ts';
import { hasSandbox } from '../../../../support/hasSandbox.ts';

const distDirectory = path.resolve(import.meta.dirname, '../../../../../dist');
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const secret = 'the-secret-of-the-user';
/** Time in which a daemon of these tests writes its file several times. */
const beatsMs = 400;

describe('a command in the sandbox', function () {
  this.timeout(30_000);
  let root: string;
  let tree: string;
  let runner: CommandRunner;
  /** In the user's real home: what a command must never see. */
  let inHome: string;
  let web: Server;

  before(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-sandbox-')));
    inHome = await mkdtemp(path.join(homedir(), '.muster-test-'));
    await writeFile(path.join(inHome, 'id_ed25519'), secret);
    web = createServer((_request, response) => response.end(secret)).listen(0, '127.0.0.1');
    for (const folder of ['workspace', 'state']) {
      await mkdir(path.join(root, folder));
      await writeFile(path.join(root, folder, 'file'), secret);
    }
    runner = createCommandRunner({
      environment: { ...process.env, SSH_AUTH_SOCK: '/tmp/agent', ANTHROPIC_API_KEY: secret },
      clock: systemClock,
      log: silent,
      secrets: () => [],
      openSandbox: () =>
        openCommandSandbox({
          distDirectory,
          environment: process.env,
          log: silent,
          hidden: [path.join(root, 'workspace'), path.join(root, 'state')],
        }),
    });
  });

  after(async () => {
    web.close();
    await rm(root, { recursive: true, force: true });
    await rm(inHome, { recursive: true, force: true });
  });

  beforeEach(async () => {
    tree = path.join(root, 'state', 'trees', '1');
    await rm(tree, { recursive: true, force: true });
    await mkdir(path.join(tree, 'node_modules', 'dependency'), { recursive: true });
    await writeFile(path.join(tree, 'node_modules', 'dependency', 'index.js'), 'untouched');
    await freshHome(tree);
  });

  if (!hasSandbox()) {
    it('is not there on this machine, and that is said', async () => {
      assert.equal(await runner.sandbox(), 'none');
    });
    return;
  }

  it('exists on this machine', async () => {
    const expected = process.platform === 'darwin' ? 'seatbelt' : 'bwrap';
    assert.equal(await runner.sandbox(), expected);
  });

  it('works on its own tree, with a home, a temporary folder and its tools', async () => {
    const { exitCode, output } = await run(
      `echo made > made.txt && echo home > "$HOME/.rc" && echo t > "$TMPDIR/t" && node -p 6*7 && git --version`,
    );
    assert.equal(exitCode, 0, output);
    assert.match(output, /^42\ngit version/u);
    assert.equal(readFileSync(path.join(tree, 'made.txt'), 'utf8'), 'made\n');
  });

  it('may use a server of its own on the loopback', async () => {
    const { exitCode, output } = await run(
      `node -e 'const s = require("http").createServer((q, r) => r.end("own")).listen(0, "127.0.0.1", async () => { console.log(await (await fetch("http://127.0.0.1:" + s.address().port)).text()); process.exit() })'`,
    );
    assert.deepEqual([exitCode, output], [0, 'own\n']);
  });

  const readings: readonly (readonly [string, () => string])[] = [
    ['a key in the home folder', () => `cat ${inHome}/id_ed25519`],
    ['a key in the home folder by its name', () => `cat ~/.muster-test-*/id_ed25519 ~/.ssh/*`],
    ['the workspace', () => `cat ${root}/workspace/file`],
    ['the state of other runs', () => `cat ${root}/state/file ${tree}/../../file`],
    ['the home folder through /proc', () => `cat /proc/self/root${inHome}/id_ed25519`],
    ['the home folder through a link', () => `ln -s ${inHome} link; cat link/id_ed25519`],
    ['the home folder through a hard link', () => `ln ${inHome}/id_ed25519 hard; cat hard`],
    ['keys in the environment', () => `env; cat /proc/*/environ | tr '\\0' '\\n'`],
    ['the environment of the process that started it', () => `cat /proc/$PPID/environ`],
  ];
  for (const [what, command] of readings) {
    it(`does not read ${what}`, async () => {
      const { output } = await run(command());
      assert.ok(!output.includes(secret), output);
    });
  }

  const writings: readonly (readonly [string, () => string])[] = [
    ['the home folder', () => path.join(inHome, 'written')],
    ['the workspace', () => path.join(root, 'workspace', 'written')],
    ['the state of other runs', () => path.join(root, 'state', 'written')],
    ['the folder beside its tree', () => path.join(root, 'state', 'trees', 'written')],
    ['the system', () => '/etc/muster-written'],
    ['the temporary folder of everybody', () => path.join(tmpdir(), 'muster-written')],
    ['installed dependencies', () => path.join(tree, 'node_modules', 'dependency', 'written')],
  ];
  for (const [what, place] of writings) {
    it(`does not write into ${what}`, async () => {
      await run(`echo x > ${place()}; node -e 'require("fs").writeFileSync("${place()}", "x")'`);
      assert.equal(existsSync(place()), false);
    });
  }

  it('does not change, delete or move installed dependencies', async () => {
    await run(
      `echo x >> node_modules/dependency/index.js; rm -rf node_modules; mv node_modules gone; chmod 777 node_modules`,
    );
    const kept = path.join(tree, 'node_modules', 'dependency', 'index.js');
    assert.equal(readFileSync(kept, 'utf8'), 'untouched');
  });

  it('reaches no network: not the world, not this machine, not a name server', async () => {
    const address = web.address();
    assert.ok(address !== null && typeof address === 'object');
    const tries = [
      `curl -sS -m 2 http://127.0.0.1:${address.port}/`,
      'curl -sS -m 2 http://1.1.1.1/ https://example.com/',
      `node -e 'require("dns").lookup("example.com", (e) => console.log(e ? "no name" : "${secret}"))'`,
    ];
    const { output } = await run(tries.join('; '));
    assert.ok(!output.includes(secret), output);
    assert.match(output, /no name/u);
  });

  it('reaches no Unix socket, such as that of an agent, of Docker or of our own host', async () => {
    const socketPath = path.join(tree, 'socket');
    const server = createSocketServer((socket) => socket.end(secret)).listen(socketPath);
    try {
      const { output } = await run(
        `node -e 'const c = require("net").connect("${socketPath}"); c.on("data", (d) => console.log(String(d))); c.on("error", (e) => console.log(e.code))'`,
      );
      assert.ok(!output.includes(secret), output);
    } finally {
      server.close();
    }
  });

  it('sees and signals no process of the user', async () => {
    const { output } = await run(
      `kill -0 ${process.pid} && echo ${secret}; ls /proc | grep -c '^[0-9]'`,
    );
    assert.ok(!output.includes(secret), output);
  });

  it('cannot take its walls down', async () => {
    const { output } = await run(
      `umount -l ${homedir()}; mount -t tmpfs none /mnt; mount --bind / /mnt; unshare -Ur sh -c 'umount -l ${homedir()}'; nsenter -t 1 -m cat ${inHome}/id_ed25519; chroot /proc/1/root cat ${inHome}/id_ed25519; cat ${inHome}/id_ed25519`,
    );
    assert.ok(!output.includes(secret), output);
  });

  it('is gone after its time with daemons that it left, and with what ignores signals', async () => {
    const beat = path.join(tree, 'beat');
    const daemon = `trap '' TERM HUP; while :; do date +%N > ${beat}; sleep 0.05; done`;
    const { timedOut } = await run(
      `setsid nohup sh -c "${daemon}" > /dev/null 2>&1 & while :; do :; done`,
      1500,
    );
    assert.equal(timedOut, true);
    await assertStill(beat);
  });

  it('leaves no daemon behind when it ends by itself', async () => {
    const beat = path.join(tree, 'beat');
    const daemon = `trap '' TERM HUP; while :; do date +%N > ${beat}; sleep 0.05; done`;
    const { exitCode } = await run(
      `setsid nohup sh -c "${daemon}" > /dev/null 2>&1 & while [ ! -s ${beat} ]; do :; done`,
    );
    assert.equal(exitCode, 0);
    await assertStill(beat);
  });

  it('is gone after a cancel, with what it detached', async () => {
    const beat = path.join(tree, 'beat');
    const stop = new AbortController();
    const running = run(
      `trap '' TERM; setsid sh -c 'while :; do date +%N > ${beat}; sleep 0.05; done' & while :; do :; done`,
      20_000,
      stop.signal,
    );
    await until(() => existsSync(beat));
    stop.abort();
    await assert.rejects(running, { name: 'AbortError' });
    await assertStill(beat);
  });

  it('prints as much as it likes and costs no memory', async () => {
    const { output, timedOut } = await run(`yes 'a long line of output' | head -c 200000000`);
    assert.equal(timedOut, false);
    assert.ok(output.length <= MAX_COMMAND_OUTPUT_BYTES + 200);
  });

  it('leaves nothing in the tree but what it wrote there', async () => {
    await run('true');
    assert.deepEqual(await readdir(tree), ['node_modules']);
    assert.equal((await stat(path.join(root, 'workspace'))).isDirectory(), true);
  });

  function run(
    command: string,
    timeoutMs = 20_000,
    signal = new AbortController().signal,
  ): Promise<CommandResult> {
    const logPath = path.join(root, 'output.log');
    return runner.run({ command, tree, directory: tree, timeoutMs, logPath, signal });
  }
});

/** Nothing writes the file any more: that something does not happen takes time to see. */
async function assertStill(file: string): Promise<void> {
  const before = readFileSync(file, 'utf8');
  await delay(beatsMs);
  assert.equal(readFileSync(file, 'utf8'), before, 'something still writes');
}

async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await delay(10);
}
