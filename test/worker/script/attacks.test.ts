/**
 * Scripts that try to hang, blow up, escape or mislead. Each must end in a sentence, within a bound, and the
 * same runner must run a good script right after it.
 */
import assert from 'node:assert/strict';
import * as z from 'zod';
import { openSandbox, runBody, ScriptedHost, settle, valueOf } from '../support/sandbox.ts';

const COMPUTE_MS = 300;
const runner = openSandbox({ computeMs: COMPUTE_MS });
after(() => runner.dispose());

/** A stopped loop may be noticed late on a busy machine, but not this late. */
const END_MS = 8000;

async function attack(body: string, host = new ScriptedHost()): Promise<unknown> {
  const signal = AbortSignal.timeout(END_MS);
  const outcome = await runBody(runner, body, host, { signal });
  assert.equal(signal.aborted, false, `still running after ${END_MS} ms`);
  await assertWorks();
  return valueOf(outcome);
}

const Failure = z.object({ code: z.string(), message: z.string() });

async function assertWorks(): Promise<void> {
  const body = `const [a, b] = await parallel([() => agent('a'), () => [3, 1, 2].map((n) => n * 2).sort()]);
    return { a, b, m: [...new Map([[1, { x: JSON.parse('[1]') }]])], t: await Promise.resolve(1), s: ({}).polluted ?? null }`;
  const good = { a: 'did "a"', b: [2, 4, 6], m: [[1, { x: [1] }]], t: 1, s: null };
  assert.deepEqual(valueOf(await runBody(runner, body)), good);
}

const stopped = {
  code: 'script_interrupted',
  message:
    'The script computed for 0.3 s without a pause and was stopped. Look for a loop that never ends.',
  line: null,
  column: null,
};

describe('scripts that never stop computing', () => {
  const loops: Readonly<Record<string, string>> = {
    'a bare loop': `for (;;);`,
    'a loop after an await': `await agent('a'); for (;;);`,
    'a loop in a microtask': `Promise.resolve().then(() => { for (;;); }); await agent('a')`,
    'a loop in a callback of an answer': `await agent('a').then(() => { for (;;); })`,
    'a loop in a timer': `await new Promise(() => setTimeout(() => { for (;;); }, 0))`,
    'a loop of microtasks': `const again = () => Promise.resolve().then(again); again(); await agent('a')`,
    'an async loop of resolved promises': `for (;;) await null`,
    'a loop that catches and goes on': `for (;;) { try { for (;;); } catch {} finally { for (;;); } }`,
    'a loop in finally': `try { throw 1 } finally { for (;;); }`,
    'a getter of the result': `return { get a() { for (;;); } }`,
    'a toJSON of the result': `return { toJSON() { for (;;); } }`,
    'a toJSON of an option': `await agent('a', { toJSON() { for (;;); } })`,
    'a toString of a thrown value': `throw { toJSON() { for (;;); } }`,
    'a message getter of a thrown error': `throw Object.defineProperty(new Error(), 'message', { get() { for (;;); } })`,
    'a toString in a log line': `log({ toJSON() { throw 1 }, get [Symbol.toStringTag]() { for (;;); } })`,
    'a concurrency with valueOf': `await parallel([() => 1], { concurrency: { valueOf() { for (;;); } } })`,
    'a slow regular expression': `/^(a+)+$/.test('a'.repeat(40) + 'b')`,
    'a slow replace': `('x'.repeat(40) + '!').replace(/(x+x+)+y/, '')`,
    'indexOf over 2**53-1': `Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)`,
    'lastIndexOf over 2**53-1': `Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)`,
    'some over 2**53-1': `Array.prototype.some.call({ length: 2 ** 53 - 1 }, () => false)`,
    'a sort comparator': `[3, 2, 1].sort(() => { for (;;); })`,
    'a sort comparator without order': `for (;;) Array.from({ length: 1000 }, (_, i) => i).sort(() => 1)`,
    'an ownKeys trap of the result': `return new Proxy({}, { ownKeys() { for (;;); } })`,
    'a get trap': `const p = new Proxy({}, { get() { for (;;); } }); p.x`,
    'a then getter of the result': `return { get then() { for (;;); } }`,
    'a thenable': `await { then() { for (;;); } }`,
    'a generator': `const g = (function* () { for (;;) yield 1 })(); for (const _ of g);`,
    'an iterator in a spread': `await agent(...{ [Symbol.iterator]: () => ({ next: () => { for (;;); } }) })`,
    'a Symbol.species constructor': `class A extends Array { static get [Symbol.species]() { for (;;); } } new A(1, 2).map((x) => x)`,
    'a thunk of parallel': `await parallel([() => { for (;;); }])`,
    'a stage of pipeline': `await pipeline([1], () => { for (;;); })`,
    'a tagged template': '(() => { for (;;); })`x`',
    'a static block': `class A { static { for (;;); } }`,
    'a computed BigInt': `let n = 3n; for (;;) n = (n * n) % (2n ** 4096n)`,
    'JSON with a reviver': `JSON.parse('[1]', () => { for (;;); })`,
    'log in a loop': `for (;;) log('x')`,
    'phase in a loop': `for (let i = 0; ; i++) phase('p' + i)`,
    'timers in a loop': `for (;;) setTimeout(() => {}, 1e9)`,
    'files() in a loop': `for (;;) files('**')`,
  };
  for (const [title, body] of Object.entries(loops)) {
    it(`are stopped: ${title}`, async () => assert.deepEqual(await attack(body), stopped));
  }

  it('are stopped by a cancel within a moment, loop or not', async () => {
    for (const body of [
      `for (;;);`,
      `await new Promise(() => agent('never'))`,
      `for (;;) await null`,
    ]) {
      const cancel = new AbortController();
      const host = new ScriptedHost({ agent: () => ({ type: 'never' }) });
      const outcome = runBody(runner, `log('up'); ${body}`, host, { signal: cancel.signal });
      setTimeout(() => cancel.abort(new Error('enough')), 60);
      const value = valueOf(await outcome);
      assert.deepEqual(value, {
        code: 'cancelled',
        message: 'The run was cancelled.',
        line: null,
        column: null,
      });
      await assertWorks();
    }
  });
});

describe('scripts that want too much memory', () => {
  const bombs: Readonly<Record<string, string>> = {
    'a doubled string': `let s = 'x'.repeat(1 << 20); const keep = []; for (;;) { keep.push(s + keep.length); s += 'y' }`,
    'a padded string': `'x'.padEnd(2 ** 30 - 2)`,
    'a filled array': `new Array(2 ** 28).fill({})`,
    'a growing array': `const a = []; for (;;) a.push([a.length, {}])`,
    'a growing map': `const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })`,
    'a large buffer': `new ArrayBuffer(2 ** 30)`,
    'many buffers': `const a = []; for (;;) a.push(new Uint8Array(1 << 22))`,
    'a joined array': `const s = 'x'.repeat(2 ** 20); new Array(1000).fill(s).join(s)`,
    closures: `let f = () => 0; for (;;) { const g = f, d = new Array(1000).fill(0); f = () => [g, d] }`,
    'pending promises': `const a = []; for (;;) a.push(new Promise(() => {}).then(() => a))`,
  };
  const codes = new Set(['script_memory', 'script_interrupted', 'script_error']);
  for (const [title, body] of Object.entries(bombs)) {
    it(`end in an error: ${title}`, async () => {
      const value = await attack(body);
      // What the clock or the engine stops first differs by machine.
      assert.ok(
        typeof value === 'object' && value !== null && 'code' in value,
        JSON.stringify(value),
      );
      assert.ok(codes.has(String(value.code)), JSON.stringify(value));
    });
  }

  const overflow = {
    code: 'script_error',
    message: 'RangeError: Maximum call stack size exceeded',
  };
  const tooDeep = { code: 'script_memory', message: 'The script’s calls are nested too deeply.' };
  const captures = { code: 'script_error', message: 'SyntaxError: too many captures' };
  const unreadable = {
    code: 'script_result',
    message: `The script's result must be JSON, and result cannot be read: ${overflow.message}.`,
  };
  const deep: readonly (readonly [title: string, body: string, error: typeof overflow])[] = [
    ['plain recursion', `const f = () => f(); f()`, overflow],
    ['a getter', `const o = { get a() { return this.a } }; o.a`, overflow],
    ['toString', `const o = { toString() { return '' + o } }; '' + o`, overflow],
    ['a proxy', `let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x`, overflow],
    ['a regular expression', `new RegExp('('.repeat(1e5) + ')'.repeat(1e5))`, captures],
    ['an array in JSON', `JSON.parse('['.repeat(1e6))`, tooDeep],
    ['a result', `let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a`, unreadable],
  ];
  for (const [title, body, error] of deep) {
    it(`may nest calls only so deep: ${title}`, async () => {
      const { code, message } = Failure.parse(await attack(body));
      assert.deepEqual({ code, message }, error);
    });
  }

  it('can catch an overflow and go on', async () => {
    const body = `const f = () => f(); try { f() } catch (e) { return [e.name, await agent('a')] }`;
    assert.deepEqual(await attack(body), ['RangeError', 'did "a"']);
  });
});

describe('scripts that look for a way out', () => {
  const closed = 'code from strings is not available';
  const roads = [
    `(() => {}).constructor('return 1')()`,
    `(function () {}).constructor('return 1')()`,
    `(async () => {}).constructor('return 1')()`,
    `(function* () {}).constructor('return 1')()`,
    `(async function* () {}).constructor('return 1')()`,
    `(class {}).constructor('return 1')()`,
    `({ m() {} }).m.constructor('return 1')()`,
    `agent.constructor('return 1')()`,
    `agent.outcome.constructor('return 1')()`,
    `parallel.constructor('return 1')()`,
    `log.constructor.constructor('return 1')()`,
    `Function('return 1')()`,
    `new Function('return 1')()`,
    `new (class extends Function {})('return 1')()`,
    `Reflect.construct(Function, ['return 1'])()`,
    `Reflect.construct((async () => {}).constructor, ['return 1'])`,
    `Object.getPrototypeOf(async () => {}).constructor('return 1')()`,
    `Object.getPrototypeOf(Object.getPrototypeOf(function* () {}).constructor).constructor('return 1')()`,
    `Object.getPrototypeOf(function* () {}).prototype.constructor.constructor('return 1')()`,
    `(() => {}).bind().constructor('return 1')()`,
    `Promise.constructor('return 1')()`,
    `Object.constructor.constructor('return 1')()`,
    `[].constructor.constructor('return 1')()`,
    `''.sub.constructor('return 1')()`,
    `Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.constructor('return 1')()`,
    `URL.constructor('return 1')()`,
    `structuredClone.constructor('return 1')()`,
    `Date.constructor('return 1')()`,
    `new Proxy(Function, {})('return 1')`,
    `Function.prototype.constructor.call(null, 'return 1')`,
  ];
  for (const road of roads) {
    it(road, async () =>
      assert.equal(await attack(`try { return ${road} } catch (e) { return e.message }`), closed),
    );
  }

  it('cannot import anything', async () => {
    const body = `const said = []; for (const name of ['fs', 'node:fs', 'std', 'os', './x.js', 'qjs:std']) {
      try { await eval2(name); said.push('in') } catch (e) { said.push(e.name) } } return said;
      function eval2(name) { return import(name) }`;
    assert.deepEqual(await attack(body), Array(6).fill('ReferenceError'));
  });

  it('find nothing of the prelude in a stack', async () => {
    const body = `const kept = []; Error.prepareStackTrace = (e, frames) => { for (const f of frames) kept.push(typeof f.getThis?.(), typeof f.getFunction?.()); return 's' };
      try { await parallel([1]) } catch (e) { void e.stack } await agent('a');
      return Object.getOwnPropertyNames(globalThis).filter((n) => /host|deliver|settings|prelude/i.test(n))`;
    assert.deepEqual(await attack(body), []);
  });

  it('cannot reach a host function through arguments.callee or caller', async () => {
    const body = `function f() { try { return [typeof f.caller, typeof arguments.callee] } catch (e) { return e.name } } return f()`;
    assert.equal(await attack(body), 'TypeError');
  });
});

describe('scripts that tamper with what everybody uses', () => {
  const harmless: readonly (readonly [string, unknown])[] = [
    [
      `Object.prototype.polluted = 1; Array.prototype.polluted = 1; return await agent('a')`,
      'did "a"',
    ],
    [`Object.prototype.toJSON = function () { return 7 }; return await agent('a')`, 'did "a"'],
    [`Object.prototype.toJSON = function () { return 7 }; return { a: 1 }`, 7],
    [`Array.prototype.toJSON = () => 'gone'; return await agent('a')`, 'did "a"'],
    [`String.prototype.toJSON = () => 'gone'; return await agent('a')`, 'did "a"'],
    [
      `JSON.stringify = () => 'broken'; JSON.parse = () => 'broken'; return await agent('a')`,
      'did "a"',
    ],
    [`Promise.prototype.then = () => { throw 1 }; return await agent('a')`, 'did "a"'],
    [`Promise.prototype.then = () => new Promise(() => {}); return 5`, 5],
    [
      `globalThis.Promise = class { constructor() { throw 1 } }; return await agent('a')`,
      'did "a"',
    ],
    [
      `Map.prototype.get = Map.prototype.delete = Map.prototype.set = () => undefined; return await agent('a')`,
      'did "a"',
    ],
    [
      `WeakSet.prototype.has = () => true; return parallel([() => { throw 1 }, () => 2])`,
      [null, 2],
    ],
    [
      `Object.defineProperty(Object.prototype, 'type', { value: 'returned', writable: false }); return await agent('a')`,
      'did "a"',
    ],
    [
      `Object.defineProperty(Object.prototype, 'state', { get() { throw 1 } }); return await agent('a')`,
      'did "a"',
    ],
    [`Object.prototype.__proto__ = null; return await agent('a')`, undefined],
    [`({}).__proto__.polluted = 'yes'; return await agent({}.polluted)`, 'did "yes"'],
    [`Error.prepareStackTrace = () => { throw 1 }; throw new Error('x')`, undefined],
    [`Object.freeze(globalThis); return await agent('a')`, 'did "a"'],
    [`globalThis.agent = () => 'mine'; return agent('a')`, 'mine'],
    [`delete globalThis.agent; return typeof agent`, 'undefined'],
    [`agent.outcome = () => 'mine'; return agent.outcome('a')`, 'mine'],
    [`Array.isArray = () => true; return parallel([])`, []],
    [`Reflect.apply = () => 'x'; return await agent('a')`, 'did "a"'],
    [
      `Function.prototype.call = Function.prototype.apply = Function.prototype.bind = null; return await agent('a')`,
      'did "a"',
    ],
    [`await agent('a', { ['__proto__']: 1 }); return 1`, 1],
    [`await agent('a', JSON.parse('{"__proto__":{"x":1}}')); return 1`, 1],
    [`Set.prototype.add = () => { throw 1 }; return { a: [1] }`, undefined],
  ];
  for (const [body, expected] of harmless) {
    it(body, async () => {
      const value = await attack(body);
      if (expected !== undefined) assert.deepEqual(value, expected);
      assert.deepEqual(Object.keys(Object.prototype), []);
    });
  }

  it('cannot answer their own calls twice or for others', async () => {
    const body = `const p = agent('a'); let n = 0; p.then(() => n++); await p; await agent('b'); return n`;
    assert.equal(await attack(body), 1);
  });
});

describe('scripts that wait for nothing, and odd thenables', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    [`await new Promise(() => {})`, 'script_never_settles'],
    [`await { then() {} }`, 'script_never_settles'],
    [`return new Promise(() => {})`, 'script_never_settles'],
    [`await agent('a'); await Promise.race([])`, 'script_never_settles'],
    [`await parallel([() => new Promise(() => {})])`, 'script_never_settles'],
    [`await { then(yes, no) { no(new Error('thenable said no')) } }`, 'script_error'],
    [`await { then(yes) { yes(1); yes(2); throw new Error('late') } }; return 'fine'`, 'fine'],
    [`agent('nobody waits'); return 'fine'`, 'fine'],
    [`Promise.reject(new Error('nobody catches')); return 'fine'`, 'fine'],
  ];
  for (const [body, expected] of cases) {
    it(body, async () => {
      const value = await attack(body);
      const shown =
        typeof value === 'object' && value !== null && 'code' in value ? value.code : value;
      assert.equal(shown, expected);
    });
  }
});

describe('scripts that ask for a lot', () => {
  it('start 5,000 agents and get each answer', async () => {
    const host = new ScriptedHost({ agent: ({ prompt }) => settle(prompt) });
    const wide = openSandbox({ computeMs: 5000 });
    try {
      const body = `const all = []; for (let i = 0; i < 5000; i++) all.push(agent('p' + i));
        const got = await Promise.all(all); return [got.length, got.every((p, i) => p === 'p' + i)]`;
      assert.deepEqual(valueOf(await runBody(wide, body, host)), [5000, true]);
      assert.equal(host.agents.length, 5000);
    } finally {
      await wide.dispose();
    }
  });

  it('log 100,000 characters 500 times without filling the host', async () => {
    const host = new ScriptedHost();
    await attack(
      `for (let i = 0; i < 500; i++) log('x'.repeat(1e5)); await agent('a'); return 1`,
      host,
    );
    const longest = Math.max(0, ...host.logs.map((line) => line.length));
    assert.ok(longest < 20_000, `${longest} characters came through`);
  });

  it('run nine at once, although eight may', async () => {
    const many = Array.from({ length: 9 }, (_, index) => runBody(runner, `return ${index}`));
    const values = (await Promise.all(many)).map(valueOf);
    assert.deepEqual(values, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
