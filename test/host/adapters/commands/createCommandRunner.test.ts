import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDeferred } from '../../../../src/base/deferred.ts';
import { MAX_COMMAND_OUTPUT_BYTES } from '../../../../src/core/limits.ts';
import type { CommandRequest } from '../../../../src/core/ports/commandRunner.ts';
import { createCommandRunner } from '../../../../src/host/adapters/commands/createCommandRunner.ts';
import { systemClock } from '../../../../src/host/adapters/system.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('commands without a sandbox', function () {
  this.timeout(20_000);
  let directory = '';
  let request: Omit<CommandRequest, 'command'>;
  const runner = createCommandRunner({
    environment: { ...process.env, ANTHROPIC_API_KEY: 'not for commands', LANG: 'C' },
    clock: systemClock,
    log: silent,
    secrets: () => ['a-configured-key'],
    openSandbox: () => Promise.resolve(null),
  });

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-command-')));
    const logPath = path.join(directory, 'output.log');
    request = {
      directory,
      tree: directory,
      timeoutMs: 15_000,
      logPath,
      signal: new AbortController().signal,
    };
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const fileOf = (name: string) => path.join(directory, name);
  /** Resolves when a command has written a file, which is how it says that it is under way. */
  async function written(name: string): Promise<string> {
    const found = createDeferred<string>();
    const look = (): void => {
      const text = existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : '';
      if (text !== '') found.resolve(text);
    };
    const watcher = watch(directory, { signal: AbortSignal.timeout(10_000) }, look);
    watcher.once('close', () => found.reject(new Error(`${name} was not written within 10 s`)));
    look();
    try {
      return await found.promise;
    } finally {
      watcher.close();
    }
  }
  function isAlive(pid: number): boolean {
    try {
      const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
      return !state.trim().startsWith('Z');
    } catch {
      // ps ends with 1 when there is no such process.
      return false;
    }
  }

  it('tells the exit code and both streams, and keeps them in the log', async () => {
    const result = await runner.run({ ...request, command: 'echo out; echo err >&2; exit 3' });
    assert.deepEqual(
      { ...result, durationMs: 0, output: result.output.split('\n').sort() },
      { exitCode: 3, timedOut: false, durationMs: 0, output: ['', 'err', 'out'] },
    );
    assert.equal(await readFile(request.logPath, 'utf8'), result.output);
    assert.equal((await stat(request.logPath)).mode & 0o777, 0o600);
  });

  it('passes listed variables only, and finds the programs that the user has', async () => {
    const { output } = await runner.run({ ...request, command: 'env; command -v node' });
    assert.match(output, /^CI=1$/mu);
    assert.match(output, /^TERM=dumb$/mu);
    assert.match(output, /^MUSTER_RUN=[0-9a-f-]{36}$/mu);
    assert.doesNotMatch(output, /ANTHROPIC|npm_|NODE_OPTIONS/u);
    assert.match(output, /\/node$/mu);
  });

  it('keeps secrets out of the output and the log', async () => {
    const command = `echo a-configured-key; echo ghp_${'a'.repeat(36)}`;
    const { output } = await runner.run({ ...request, command });
    assert.equal(output, '[secret removed]\n[secret removed]\n');
    assert.equal(await readFile(request.logPath, 'utf8'), output);
  });

  it('cuts the middle of a long output', async () => {
    const script = `process.stdout.write('first' + 'x'.repeat(${MAX_COMMAND_OUTPUT_BYTES}) + 'last')`;
    const { output } = await runner.run({ ...request, command: `node -e "${script}"` });
    assert.ok(output.startsWith('firstx') && output.endsWith('xlast'));
    assert.match(output, /\n\[9 bytes left out here\]\n/u);
  });

  it('ends a command that takes too long, and says so', async () => {
    const result = await runner.run({
      ...request,
      command: 'echo begun; sleep 30',
      timeoutMs: 300,
    });
    assert.deepEqual(
      { ...result, durationMs: 0 },
      { exitCode: null, timedOut: true, durationMs: 0, output: 'begun\n' },
    );
  });

  it('leaves nothing behind when it is cancelled, not even what detached itself and ignores SIGTERM', async () => {
    await writeFile(
      fileOf('stubborn.cjs'),
      `process.on('SIGTERM', () => undefined);
      require('node:fs').writeFileSync('pid', String(process.pid));
      setInterval(() => undefined, 1000);`,
    );
    await writeFile(
      fileOf('parent.cjs'),
      `const options = { detached: true, stdio: 'inherit' };
      require('node:child_process').spawn(process.execPath, ['stubborn.cjs'], options).unref();
      setInterval(() => undefined, 1000);`,
    );
    const stop = new AbortController();
    const running = runner.run({ ...request, command: 'node parent.cjs', signal: stop.signal });
    const pid = Number(await written('pid'));
    assert.ok(isAlive(pid));
    stop.abort(new Error('the run was cancelled'));
    await assert.rejects(running, /the run was cancelled/u);
    assert.ok(!isAlive(pid), `process ${pid} is still there`);
  });

  it('ends what a command left running in the background', async () => {
    const result = await runner.run({ ...request, command: 'sleep 30 & echo $! > pid; echo done' });
    assert.equal(result.exitCode, 0);
    assert.ok(!isAlive(Number(await readFile(fileOf('pid'), 'utf8'))));
  });

  it('starts in no folder that leads out of its tree by a link', async () => {
    await symlink(tmpdir(), fileOf('out'));
    await mkdir(fileOf('in'));
    await symlink('in', fileOf('inside'));
    const run = (folder: string) =>
      runner.run({ ...request, directory: fileOf(folder), command: 'pwd' });
    await assert.rejects(run('out'), {
      code: 'command_unavailable',
      message: /is outside the repository/u,
    });
    assert.equal((await run('inside')).output, `${fileOf('in')}\n`);
  });

  it('rejects when the command cannot be started, and when it was cancelled before', async () => {
    const nowhere = { ...request, directory: fileOf('nowhere'), command: 'true' };
    await assert.rejects(runner.run(nowhere), { code: 'command_unavailable' });
    const signal = AbortSignal.abort(new Error('too late'));
    await assert.rejects(runner.run({ ...request, command: 'true', signal }), /too late/u);
  });
});
