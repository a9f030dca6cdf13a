import assert from 'node:assert/strict';
import { checkChildren, childrenAfter, type ChildHost } from '../support/childHost.ts';
import { openSandbox, settle, throwing } from '../support/sandbox.ts';

const runner = openSandbox({ computeMs: 2000 });
after(() => runner.dispose());

const check = checkChildren(runner);

const limit = { name: 'WorkflowLimitError', message: 'enough', limit: 'maxUsd', value: 5 };

describe('limits in a child', () => {
  it('pass through the parallel() and pipeline() of child and parent', async () => {
    const host = await check(
      { child: `return parallel([() => pipeline([1], () => agent('a'))])` },
      `try { await parallel([() => workflow('child')]) } catch (e) { return [e.name, e.limit, e.value, e.message] }`,
      ['WorkflowLimitError', 'maxUsd', 5, 'enough'],
      { answers: { agent: () => throwing(limit) } },
    );
    assert.deepEqual(host.order, [
      'workflow',
      'agent',
      'end 1: .muster/workflows/child.js:2:44: WorkflowLimitError: enough',
    ]);
  });

  it('cannot be feigned by an error of that name', () =>
    check(
      {
        child: `throw Object.assign(new Error('mine'), { name: 'WorkflowLimitError', limit: 'maxUsd' })`,
      },
      `return parallel([() => workflow('child')])`,
      [null],
    ));
});

describe('a budget that is used up', () => {
  const spend = { agent: () => settle('x', { outputTokens: 10 }) };
  const asked = (host: ChildHost) => host.order.filter((entry) => entry === 'agent').length;

  it('makes further agents throw without asking the host', async () => {
    const host = await check(
      {},
      `await agent('a'); const said = [];
       for (const call of [agent, agent.outcome]) await call('b').catch((e) => said.push([e.name, e.limit, e.value, e.message]));
       return said`,
      Array(2).fill([
        'WorkflowLimitError',
        'budget',
        10,
        'agent(): the budget of 10 output tokens for this run is used up.',
      ]),
      { budgetTokens: 10, answers: spend },
    );
    assert.equal(asked(host), 1);
  });

  it('lets agents in flight finish', () =>
    check({}, `return Promise.all([agent('a'), agent('b')])`, ['x', 'x'], {
      budgetTokens: 1,
      answers: spend,
    }));

  it('is fatal in parallel(), and fails the run where nobody catches it', () =>
    check(
      {},
      `await agent('a');\nreturn parallel([() => agent('b')])`,
      {
        code: 'script_error',
        message:
          'WorkflowLimitError: agent(): the budget of 10 output tokens for this run is used up.',
        line: 3,
        column: 24,
      },
      { budgetTokens: 10, answers: spend },
    ));

  it('counts for children too', async () => {
    const host = await check(
      { child: `return agent('b')` },
      `await agent('a'); try { await workflow('child') } catch (e) { return [e.name, e.limit] }`,
      ['WorkflowLimitError', 'budget'],
      {
        budgetTokens: 10,
        answers: {
          ...spend,
          workflow: childrenAfter({ child: `return agent('b')` }, 10),
        },
      },
    );
    assert.equal(asked(host), 1);
  });

  it('of dollars counts as well, unless the price is unknown', () =>
    check(
      {},
      `await agent('a'); const first = await agent('b').catch((e) => e.limit); return first`,
      'budget.usd',
      { budgetUsd: 1, answers: { agent: () => settle('x', { usd: 1.5 }) } },
    ));
});

describe('children that attack', () => {
  it('find no way to code from strings', () =>
    check(
      {
        child: `const roads = [() => Function('return 1')(), () => (() => {}).constructor('return 1')(),
                  () => (async () => {}).constructor('return 1')(), () => globalThis.Function('return 1')()];
                return [...roads.map((go) => { try { go(); return 'ran' } catch (e) { return e.message } }), typeof eval, typeof globalThis.eval]`,
      },
      `return workflow('child')`,
      [...Array<string>(4).fill('code from strings is not available'), 'undefined', 'undefined'],
    ));

  it('cannot have their own text compiled through a then on Object.prototype', () =>
    check(
      { child: `return 'approved'` },
      `Object.defineProperty(Object.prototype, 'then', { configurable: true, value(resolve) {
         delete Object.prototype.then;
         resolve({ name: 'x', source: '(() => async () => "smuggled")', fileName: 'x.js', linesBefore: 1 });
       } });
       const promise = workflow('child'); return promise`,
      'approved',
    ));

  it('change built-ins, and the run still tells right from wrong', async () => {
    const host = await check(
      {
        child: `Array.prototype.map = () => ['mapped']; Promise.prototype.then = () => 'never';
                Map.prototype.get = () => undefined; JSON.stringify = () => '"forged"'; JSON.parse = () => 'forged';
                Object.prototype.toJSON = () => 'forged'; Reflect.apply = null; Array.prototype[Symbol.iterator] = null;
                Object.keys = () => []; WeakMap.prototype.get = () => ({ name: 'WorkflowLimitError' });
                return { honest: 1 }`,
      },
      `const got = await workflow('child'); return got.honest ?? got`,
      'forged',
    );
    assert.deepEqual(host.order, ['workflow', 'end 1']);
  });

  it('see nothing of the process around them in the error of a refused call', () =>
    check(
      {
        child: `try { files('*', JSON.parse('{"__proto__":1}')) } catch (e) { return [e.message, /script-worker|node_modules/u.test(e.stack)] }`,
      },
      `return workflow('child')`,
      ['A "__proto__" key is not allowed in JSON.', false],
    ));

  it('find no global object but their own', () =>
    check(
      {
        child: `this.leaked = 1; const self = (() => this)();
                return [(function () { return this })() === undefined, self === globalThis, typeof arguments[0].secret]`,
      },
      `globalThis.secret = 1; return [...(await workflow('child')), typeof leaked]`,
      [true, true, 'undefined', 'undefined'],
    ));

  it('of 512 KiB run', () => {
    const body = `const text = '${'x'.repeat(520_000)}'; return text.length`;
    return check({ huge: body }, `return workflow('huge')`, 520_000);
  });

  it('that are called a thousand times leave room for more', () =>
    check(
      { child: `return args` },
      `let sum = 0; for (let n = 0; n < 1000; n++) sum += await workflow('child', n); return sum`,
      499_500,
    ));
});
