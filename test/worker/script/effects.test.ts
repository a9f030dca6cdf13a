import assert from 'node:assert/strict';
import {
  openSandbox,
  runBody,
  ScriptedHost,
  settle,
  valueOf,
  type HostScript,
} from '../support/sandbox.ts';

const runner = openSandbox({ computeMs: 5000 });
after(() => runner.dispose());

/** Runs a body and compares its value. */
async function check(
  body: string,
  expected: unknown,
  answers: HostScript = {},
): Promise<ScriptedHost> {
  const host = new ScriptedHost(answers);
  assert.deepEqual(valueOf(await runBody(runner, body, host)), expected);
  return host;
}

describe('files() and read()', () => {
  const files = ['README.md', 'a/.hidden.ts', 'a/b.ts', 'a/c.js', 'd.ts'];
  const cases: readonly (readonly [string, unknown])[] = [
    [`return files('**/*.ts')`, ['a/.hidden.ts', 'a/b.ts', 'd.ts']],
    [`return files()`, files],
    [`return files(['*.md', 'd.ts'])`, ['README.md', 'd.ts']],
    [`return files('**', { exclude: '**/*.ts', limit: 1 })`, ['README.md']],
    [`return files('**', { exclude: ['a/**', '*.md'] })`, ['d.ts']],
    [`return files('**', { limit: 0 })`, []],
    [`return files('nothing/**')`, []],
    [`return await files('d.ts')`, ['d.ts']],
    [`return Array.isArray(files('d.ts'))`, true],
    [`return files('d.ts', { limit: undefined, exclude: null })`, ['d.ts']],
    [`return read('d.ts')`, 'text of d'],
    [
      `try { read('no.ts') } catch (e) { return [e instanceof Error, e.message] }`,
      [true, 'no such file'],
    ],
    [
      `try { files(7) } catch (e) { return e.message }`,
      'files() needs a glob, and options { limit, exclude } with a glob or a list of globs.',
    ],
    [
      `try { files('*', { limit: -1 }) } catch (e) { return e.message }`,
      'files() needs a glob, and options { limit, exclude } with a glob or a list of globs.',
    ],
    [`return files.changed()`, []],
    [`await agent('a'); await agent('a'); return files.changed()`, ['a.ts', 'b.ts']],
  ];
  for (const [body, expected] of cases) {
    it(body, () =>
      check(body, expected, {
        files,
        texts: { 'd.ts': 'text of d' },
        agent: () => settle(null, { newChangedPaths: ['b.ts', 'a.ts'] }),
      }).then(() => undefined),
    );
  }
});

describe('verify()', () => {
  it('sends its argument and resolves with the receipt', () =>
    check(
      `return [await verify('npm test'), await verify({ command: 'x' }), await verify()]`,
      ['npm test', { command: 'x' }, null],
      { verify: (spec) => settle(spec) },
    ));
});

describe('timers', () => {
  it('fire once, in the order of the host, with their values', () =>
    check(
      `const seen = []; await new Promise((done) => { setTimeout((a, b) => { seen.push(a + b); done() }, 5, 'x', 'y') }); return seen`,
      ['xy'],
    ));

  it('send delays that every platform can carry', async () => {
    const host = await check(
      `for (const delay of [5, -1, undefined, 'x', Infinity, NaN, '7', 1e12]) setTimeout(() => {}, delay); await agent('end')`,
      null,
    );
    const most = 2 ** 31 - 1;
    assert.deepEqual(host.timerDelays, [5, 0, 0, 0, most, 0, 7, most]);
  });

  it('do not fire after clearTimeout, which takes anything', async () => {
    const host = await check(
      `let fired = false; const id = setTimeout(() => { fired = true }, 1); clearTimeout(id); clearTimeout(id); clearTimeout('x'); clearTimeout();
       await agent('a'); await agent('b'); return fired`,
      false,
    );
    assert.equal(host.cancelledTimers.length, 1);
  });

  it('refuse what is no function', () =>
    check(
      `try { setTimeout('code', 1) } catch (e) { return e.message }`,
      'setTimeout() needs a function.',
    ));
});
