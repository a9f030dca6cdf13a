import assert from 'node:assert/strict';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { endlessLoop, quickAttacks } from '../host/support/attackScripts.ts';
import { obey } from '../host/support/obedientModel.ts';
import { workflow } from '../host/support/workflowScript.ts';

describe('muster run: scripts that attack', () => {
  const test = useCliBed();

  it('ends each with its own cause and code 1, side by side in one workspace', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const attacks = [endlessLoop, ...quickAttacks];
    const started = await Promise.all(
      attacks.map(({ source }) => test.bed.startScript(source, api, '--json')),
    );
    const results = await Promise.all(started.map((process) => process.ended));
    for (const [index, { name, code, message }] of attacks.entries()) {
      const { stdout, stderr, exitCode } = results[index] ?? assert.fail();
      const { status, error } = readEnd(stdout);
      assert.deepEqual({ name, status, code: error?.code }, { name, status: 'failed', code });
      assert.match(error?.message ?? '', message, name);
      assert.deepEqual([exitCode, stderr], [1, ''], name);
    }
    const ids = new Set(results.map(({ stdout }) => readEnd(stdout).runId));
    assert.equal(ids.size, attacks.length);
  });

  it('refuses import() before anything runs', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const source = workflow(`const fs = await import('node:fs');`);
    const { stdout, stderr, exitCode } = await (await test.bed.startScript(source, api)).ended;
    assert.match(stderr, /script-1\.js:2:\d+: error: .*import/u);
    assert.deepEqual([exitCode, stdout], [2, '']);
  });

  it('gives a script nothing but what the dialect names', async () => {
    await test.bed.useSample();
    const api = await test.bed.startModel(obey);
    const names = ['process', 'require', 'fetch', 'Buffer', 'WebAssembly', 'SharedArrayBuffer'];
    const list = JSON.stringify(names);
    const source = workflow(
      `return ${list}.filter((name) => typeof globalThis[name] !== 'undefined');`,
    );
    const { stdout } = await (await test.bed.startScript(source, api, '--json')).ended;
    assert.deepEqual(readEnd(stdout).result, []);
  });
});
