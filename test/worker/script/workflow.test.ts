import assert from 'node:assert/strict';
import { checkChildren, ChildHost, childrenAfter } from '../support/childHost.ts';
import { openSandbox, runBody, settle, valueOf } from '../support/sandbox.ts';

const runner = openSandbox({ computeMs: 2000 });
after(() => runner.dispose());

const check = checkChildren(runner);

describe('workflow() in the sandbox', () => {
  it('runs a child with its own args and resolves with what it returns', () =>
    check(
      { sum: 'return args.list.reduce((a, b) => a + b)' },
      `return workflow('sum', { list: [1, 2, 3] })`,
      6,
    ));

  it('gives a child the args that it was given, and never those of its parent', () =>
    check(
      { show: `return [typeof args, args ?? null]` },
      `return [await workflow('show'), await workflow('show', 'text'), await workflow('show', null), await workflow('show', [args.secret.length])]`,
      [
        ['undefined', null],
        ['string', 'text'],
        ['object', null],
        ['object', [6]],
      ],
      { args: { secret: 'parent' } },
    ));

  it('resolves with null for a child that returns nothing', () =>
    check({ none: `log('x')` }, `return [await workflow('none')]`, [null]));

  it('names the child in its calls, and gives it a phase of its own', async () => {
    const host = await check(
      {
        child: `await agent('a'); phase('Inner'); await agent('b'); await verify('t'); await gate('ok?')`,
      },
      `phase('Outer'); await agent('before'); await workflow('child'); await agent('after')`,
      null,
    );
    assert.deepEqual(
      host.calls.map((call) => [
        call.method,
        call.method === 'timer' ? null : call.phase,
        call.method === 'agent' ? call.child : null,
      ]),
      [
        ['agent', 'Outer', null],
        ['workflow', 'Outer', null],
        ['agent', null, 2],
        ['agent', 'Inner', 2],
        ['verify', 'Inner', null],
        ['gate', 'Inner', null],
        ['agent', 'Outer', null],
      ],
    );
    assert.deepEqual(host.phases, ['Outer', 'Inner']);
  });

  it('runs children side by side, each under its own number', async () => {
    const host = await check(
      { child: `const said = await agent('for ' + args); await agent(said); return args` },
      `return parallel([1, 2, 3].map((n) => () => workflow('child', n)))`,
      [1, 2, 3],
    );
    const numbers = host.calls.flatMap((call) => (call.method === 'agent' ? [call.child] : []));
    assert.deepEqual(numbers, [1, 2, 3, 1, 2, 3]);
    assert.deepEqual(host.order.slice(-3), ['end 1', 'end 2', 'end 3']);
  });

  it('tells the host of a child’s end before the parent goes on', async () => {
    const host = await check(
      { child: `return 1` },
      `await workflow('child'); await agent('next')`,
      null,
    );
    assert.deepEqual(host.order, ['workflow', 'end 1', 'agent']);
  });

  it('lets a child declare what are globals elsewhere', () =>
    check(
      {
        const: `const agent = 1, args = 2, workflow = 3, Array = 4, globalThis = 5; return [agent, args, workflow, Array, globalThis]`,
        function: `function agent() { return 1 } class Map {} var parallel = 2; return [agent(), typeof Map, parallel]`,
        assign: `Array = 1; agent = 2; Math = null; return [Array, agent, Math]`,
      },
      `const all = [await workflow('const'), await workflow('function'), await workflow('assign')];
       return [...all, Array.isArray([]), typeof agent, Math.max(1, 2)]`,
      [[1, 2, 3, 4, 5], [1, 'function', 2], [1, 2, null], true, 'function', 2],
    ));

  it('keeps variables and global objects of parent and child apart', () =>
    check(
      {
        child: `globalThis.fromChild = 1; files.changed = () => 'mine'; console.log = null; agent.outcome = 1;
                return [typeof secret, typeof other, globalThis.other === undefined, globalThis.Array === Array,
                        globalThis.globalThis === globalThis, typeof globalThis.agent, args]`,
      },
      `const secret = 1; globalThis.another = 2;
       return [await workflow('child', 'mine'), typeof globalThis.fromChild, files.changed(), typeof console.log, typeof agent.outcome, args]`,
      [
        ['undefined', 'undefined', true, true, true, 'function', 'mine'],
        'undefined',
        [],
        'function',
        'function',
        'theirs',
      ],
      { args: 'theirs' },
    ));

  it('shares nothing that a child returns or is given', () =>
    check(
      {
        child: `globalThis.kept = args; const value = { list: [1] }; setTimeout(() => value.list.push(2), 1); return value`,
      },
      `const given = { a: 1 }; const got = await workflow('child', given); given.a = 2;
       const again = got.list; await new Promise((go) => setTimeout(go, 5)); return [again, got !== given]`,
      [[1], true],
    ));

  it('shows a child the budget and the files of the run', () =>
    check(
      { child: `return [budget.total, budget.spent(), files('*'), read('a'), files.changed()]` },
      `await agent('x'); return workflow('child')`,
      [9, 4, ['a'], 'text', ['b']],
      {
        budgetTokens: 9,
        answers: {
          files: ['a'],
          texts: { a: 'text' },
          agent: () => settle(1, { outputTokens: 4, newChangedPaths: ['b'] }),
          workflow: childrenAfter(
            {
              child: `return [budget.total, budget.spent(), files('*'), read('a'), files.changed()]`,
            },
            4,
          ),
        },
      },
    ));
});

describe('workflow() that fails', () => {
  it('rejects with the host’s error for what it cannot start, and the script goes on', () =>
    check(
      {},
      `try { await workflow('nope') } catch (e) { return [e instanceof Error, e.name, e.message] }`,
      [true, 'Error', 'There is no workflow "nope".'],
    ));

  it('rejects with what the child threw', async () => {
    const host = await check(
      {
        error: `\nawait agent('a');\n  throw new RangeError('far')`,
        text: `throw 'words'`,
        object: `throw { code: 7 }`,
        own: `throw Object.assign(new Error('mine'), { name: 'MyError' })`,
      },
      `const said = []; for (const name of ['error', 'text', 'object', 'own']) {
         try { await workflow(name) } catch (e) { said.push([e instanceof Error, e.name, e.message]) }
       } return said`,
      [
        [true, 'RangeError', 'far'],
        [true, 'Error', 'words'],
        [true, 'Error', '{"code":7}'],
        [true, 'MyError', 'mine'],
      ],
    );
    assert.deepEqual(
      host.order.filter((entry) => entry.startsWith('end')),
      [
        'end 1: .muster/workflows/error.js:4:13: RangeError: far',
        'end 3: words',
        'end 4: {"code":7}',
        'end 5: .muster/workflows/own.js:2:25: MyError: mine',
      ],
    );
  });

  it('names the child’s file, and the line of the call, when nobody catches', () =>
    check({ child: `\n\n  null.foo` }, `log('x');\n  await workflow('child')`, {
      code: 'script_error',
      message: ".muster/workflows/child.js:4:3: TypeError: cannot read property 'foo' of null",
      line: 3,
      column: 9,
    }));

  it('names the parent’s own line for what the parent throws of it', () =>
    check(
      { child: `throw new Error('inner')` },
      `try { await workflow('child') } catch (e) {\n throw new Error('outer: ' + e.message) }`,
      { code: 'script_error', message: 'outer: inner', line: 3, column: 30 },
    ));

  it('is null in parallel() and pipeline(), with a log line', async () => {
    const host = await check(
      { child: `throw new Error('inner')` },
      `return [await parallel([() => workflow('child')]), await pipeline([1], () => workflow('child'))]`,
      [[null], [null]],
    );
    assert.deepEqual(host.logs, [
      'info: parallel[0] failed: Error: inner',
      'info: pipeline[0] failed: Error: inner',
    ]);
  });

  it('names the path of a result that JSON cannot carry', () =>
    check(
      {
        map: `return { list: [1, { m: new Map() }] }`,
        fn: `return { f() {} }`,
        cycle: `const a = {}; a.a = a; return a`,
      },
      `const said = []; for (const name of ['map', 'fn', 'cycle']) await workflow(name).catch((e) => said.push(e.message)); return said`,
      [
        'The workflow "map" must return JSON, and result.list[1].m is a Map; use an array or an object.',
        'The workflow "fn" must return JSON, and result.f is a function.',
        'The workflow "cycle" must return JSON, and result.a refers back to itself.',
      ],
    ));

  it('names the path of args that JSON cannot carry', () =>
    check(
      { child: `return 1` },
      `const said = []; const bad = [{ f() {} }, JSON.parse('{"__proto__":{"x":1}}'), { n: NaN }];
       for (const value of bad) await workflow('child', value).catch((e) => said.push(e.message)); return said`,
      [
        'The args of workflow() must be JSON, and args.f is a function.',
        'The args of workflow() must be JSON, and args has a key "__proto__".',
        'The args of workflow() must be JSON, and args.n is NaN.',
      ],
    ));

  it('refuses args and results over 4 MiB with a sentence, and goes on', () =>
    check(
      { big: `return 'x'.repeat(4 * 1024 * 1024)`, echo: `return args.length` },
      `const said = []; await workflow('echo', 'x'.repeat(4 * 1024 * 1024)).catch((e) => said.push(e.message));
       await workflow('big').catch((e) => said.push(e.message)); return [...said, await workflow('echo', 'abc')]`,
      [
        'The args of workflow() must be JSON, and args is too large.',
        'The workflow "big" must return JSON, and result is too large.',
        3,
      ],
    ));

  it('keeps to one level, and says so', () =>
    check(
      {
        child: `try { await workflow('other') } catch (e) { return [e.message, await globalThis.workflow('other').catch((e) => 'same')] }`,
        other: `return 1`,
      },
      `return workflow('child')`,
      [
        'workflow() cannot be called in a child workflow: one level only. Call it in the main script.',
        'same',
      ],
    ));

  it('ends a run whose child waits for what nothing can settle', () =>
    check({ child: `await new Promise(() => {})` }, `await workflow('child')`, {
      code: 'script_never_settles',
      message: 'The script waits for a promise that nothing can settle.',
      line: null,
      column: null,
    }));

  it('stops a child that computes without a pause', async () => {
    const host = new ChildHost({ child: `for (;;);` });
    const value = valueOf(await runBody(runner, `await workflow('child')`, host));
    assert.match(JSON.stringify(value), /script_interrupted.*2 s without a pause/u);
  });
});
