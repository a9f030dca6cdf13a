import assert from 'node:assert/strict';
import { checkChildren } from '../support/childHost.ts';
import { openSandbox, settle, throwing } from '../support/sandbox.ts';

const runner = openSandbox({ computeMs: 2000 });
after(() => runner.dispose());

const check = checkChildren(runner);

describe('gate() in the sandbox', () => {
  it('resolves with the answer', () =>
    check(
      {},
      `phase('Ship'); return gate('Ship it?')`,
      { approved: false, note: 'not yet' },
      {
        answers: { gate: () => settle({ approved: false, note: 'not yet' }) },
      },
    ));

  it('passes question, details and the present phase on as they are', async () => {
    const host = await check(
      {},
      `phase('Ship'); await gate('a'); await gate('b', { files: 3, timeoutMs: 10, onTimeout: 'approve', extra: undefined });
       await gate('c', 'text'); await gate('d', [1, null]); await gate(); await gate({ odd: true }, () => 1)`,
      null,
    );
    assert.deepEqual(
      host.calls.map((call) => (call.method === 'gate' ? [call.params, call.phase] : call.method)),
      [
        ['["a",null]', 'Ship'],
        ['["b",{"files":3,"timeoutMs":10,"onTimeout":"approve"}]', 'Ship'],
        ['["c","text"]', 'Ship'],
        ['["d",[1,null]]', 'Ship'],
        ['[null,null]', 'Ship'],
        ['[{"odd":true},null]', 'Ship'],
      ],
    );
  });

  it('lets other branches go on while it waits', () =>
    check(
      {},
      `const answer = gate('ok?'); const done = await agent('a'); return [done, await Promise.race([answer, 'waiting'])]`,
      ['did "a"', 'waiting'],
      { answers: { gate: () => ({ type: 'never' }) } },
    ));

  it('rejects with the host’s error, and with that of a run that is stopped whatever catches it', () =>
    check(
      {},
      `return parallel([() => gate('ok?')]).catch((e) => [e.name, e.limit])`,
      ['WorkflowLimitError', 'maxUsd'],
      {
        answers: {
          gate: () =>
            throwing({ name: 'WorkflowLimitError', message: 'x', limit: 'maxUsd', value: 5 }),
        },
      },
    ));

  it('rejects, and does not throw, for details that are too large or refer back to themselves', () =>
    check(
      {},
      `const said = []; const self = {}; self.self = self;
       for (const details of ['x'.repeat(4 * 1024 * 1024), self]) await gate('q', details).catch((e) => said.push(e.name));
       return said`,
      ['RangeError', 'TypeError'],
    ));
});
