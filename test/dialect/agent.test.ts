import { callTool, fail, say } from '../support/scriptedModel.ts';
import type { Steer } from './support/dialectBench.ts';
import { runRows, type Row } from './support/rows.ts';
import {
  attempts,
  causes,
  count,
  ends,
  logs,
  mostRunning,
  prompts,
  status,
} from './support/sights.ts';

const wrongPrompts: readonly (readonly [title: string, code: string, what: string])[] = [
  ['nothing', '', 'nothing'],
  ['undefined', 'undefined', 'nothing'],
  ['null', 'null', 'nothing'],
  ['an empty text', `''`, 'an empty string'],
  ['a text of blanks', `' \\n\\t '`, 'this: string'],
  ['a number', '7', 'this: number'],
  ['NaN', 'NaN', 'nothing'],
  ['true', 'true', 'this: boolean'],
  ['an object', '{ text: 1 }', 'this: object'],
  ['an array', `['a']`, 'this: object'],
  ['a function', '() => 1', 'nothing'],
  ['a symbol', `Symbol('s')`, 'nothing'],
  ['an error', `new Error('x')`, 'this: object'],
  ['a date', 'new Date(0)', null],
  ['a promise', `Promise.resolve('a')`, 'this: object'],
].map(([title, code, what]) => [String(title), String(code), String(what)]);

const emptyRows: readonly Row[] = wrongPrompts
  .filter(([title]) => title !== 'a date')
  .map(([title, code, what]) => [
    `${title}: null, with a clear cause`,
    `return agent(${code})`,
    null,
    {
      sees: [
        [ends, ['failed agent_prompt_invalid']],
        [causes, [`agent() needs a prompt, a string with text in it, and got ${what}.`]],
        [prompts, []],
      ],
    },
  ]);

const refuses = (code: string): string =>
  `return agent.outcome(${code}).then(({ status, error }) => [status, error.code])`;

runRows('agent() with a prompt that is no text', [
  ...emptyRows,
  [
    'a BigInt: null, with a clear cause',
    `return agent(1n)`,
    null,
    { sees: [[ends, ['failed agent_prompt_invalid']]] },
  ],
  [
    'an object that refers to itself: null, with a clear cause',
    `const a = {}; a.a = a; return agent(a)`,
    null,
    { sees: [[ends, ['failed agent_prompt_invalid']]] },
  ],
  [
    'an object that cannot be read: null, with a clear cause',
    `return agent({ get a() { throw new Error('no') } })`,
    null,
    { sees: [[ends, ['failed agent_prompt_invalid']]] },
  ],
  [
    'an object with a "__proto__" key: null, with a cause',
    `return agent(JSON.parse('{"__proto__":1}'))`,
    null,
    { sees: [[count('agent.ended'), 1]] },
  ],
  ['agent.outcome() says the cause', refuses('undefined'), ['failed', 'agent_prompt_invalid']],
  [
    'twenty of them hold no run',
    `return (await parallel(Array.from({ length: 20 }, () => () => agent(undefined)))).length`,
    20,
    {
      sees: [
        [status, 'failed'],
        [count('run.state'), 0],
      ],
    },
  ],
  ['a text with blanks around it goes out as it is', `return agent('  a ')`, 'did   a '],
]);

runRows('agent() as a promise', [
  ['resolves to the final text', `return agent('a')`, 'hello', { agents: { a: [say('hello')] } }],
  [
    'resolves to the last text, after tools',
    `return agent('a')`,
    'end',
    { agents: { a: [callTool('list_files', { glob: '**' }, 'first I look'), say('end')] } },
  ],
  [
    'an empty answer is an empty string, not null',
    `return agent('a')`,
    '',
    { agents: { a: [say('')] } },
  ],
  ['never parses the text', `return agent('a')`, '{"a":1}', { agents: { a: [say('{"a":1}')] } }],
  [
    'is a genuine native Promise',
    `const p = agent('a'); return [p instanceof Promise, p.constructor === Promise, Object.getPrototypeOf(p) === Promise.prototype, typeof p.then, await p]`,
    [true, true, true, 'function', 'did a'],
  ],
  [
    'of agent.outcome() is one, too',
    `const p = agent.outcome('a'); await p; return p.constructor === Promise`,
    true,
  ],
  [
    'can be chained',
    `return agent('a').then((text) => text + '!').finally(() => log('done'))`,
    'did a!',
    { sees: [[logs, ['done']]] },
  ],
  [
    'can be raced',
    `const won = await Promise.race([agent('a'), new Promise(() => {})]); return won`,
    'did a',
  ],
  [
    'can be waited for twice',
    `const p = agent('a'); return [await p, await p]`,
    ['did a', 'did a'],
    { sees: [[prompts, ['a']]] },
  ],
  [
    'works in Promise.all and allSettled',
    `return [await Promise.all([agent('a')]), (await Promise.allSettled([agent('b')]))[0].status]`,
    [['did a'], 'fulfilled'],
  ],
  [
    'works in a pool of the script’s own',
    `const queue = ['a', 'b', 'c', 'd']; const got = []; const lane = async () => { while (queue.length > 0) got.push(await agent(queue.shift())) };
    await Promise.all([lane(), lane()]); return got.toSorted()`,
    ['did a', 'did b', 'did c', 'did d'],
    { together: 2, sees: [[mostRunning, 2]] },
  ],
]);

runRows('agent() starts at the call', [
  [
    'before anything is awaited',
    `const all = [agent('a'), agent('b'), agent('c')]; for (const one of all) await one; return 1`,
    1,
    {
      together: 3,
      sees: [
        [mostRunning, 3],
        [prompts, ['a', 'b', 'c']],
      ],
    },
  ],
  [
    'outside parallel() it obeys the concurrency limit',
    `return (await Promise.all([1, 2, 3, 4, 5].map((n) => agent('a' + n)))).length`,
    5,
    { limits: { concurrency: 2 }, together: 2, sees: [[mostRunning, 2]] },
  ],
  [
    'inside parallel() it obeys the concurrency limit',
    `return (await parallel([1, 2, 3, 4, 5].map((n) => () => agent('a' + n)))).length`,
    5,
    { limits: { concurrency: 2 }, together: 2, sees: [[mostRunning, 2]] },
  ],
  [
    'inside pipeline() it obeys the concurrency limit',
    `return (await pipeline([1, 2, 3, 4, 5], (n) => agent('a' + n))).length`,
    5,
    { limits: { concurrency: 1 }, together: 1, sees: [[mostRunning, 1]] },
  ],
  [
    'in the order of the calls',
    `return (await Promise.all(['c', 'a', 'b'].map((n) => agent(n)))).length`,
    3,
    { limits: { concurrency: 1 }, sees: [[prompts, ['c', 'a', 'b']]] },
  ],
  [
    'also when nobody waits for it',
    `const kept = agent('a'); await agent('b'); return 1`,
    1,
    { sees: [[prompts, ['a', 'b']]] },
  ],
]);

runRows('agent() issued again', [
  [
    'is a new agent, never a cached one',
    `return [await agent('same'), await agent('same'), await agent('same')]`,
    ['1', '2', '3'],
    { agents: { same: [say('1'), say('2'), say('3')] }, sees: [[count('agent.queued'), 3]] },
  ],
  [
    'side by side, too',
    `return (await Promise.all([agent('same'), agent('same')])).toSorted()`,
    ['1', '2'],
    { agents: { same: [say('1'), say('2')] } },
  ],
  [
    'in a loop until it is content',
    `let text; let tries = 0; do { text = await agent('go'); tries += 1 } while (text !== 'ok' && tries < 9); return tries`,
    3,
    { agents: { go: [say('no'), say('no'), say('ok')] } },
  ],
  [
    'with equal options',
    `const schema = { type: 'object' }; return [await agent('a', { schema }), await agent('a', { schema })]`,
    [{ n: 1 }, { n: 2 }],
    { agents: { a: [callTool('submit_result', { n: 1 }), callTool('submit_result', { n: 2 })] } },
  ],
]);

const skip: Steer = async (bench) => {
  await bench.until('an agent that runs', () => bench.ofType('agent.started').length === 1);
  bench.engine.control({ action: 'skipAgent', agentId: 1 });
};
const hanging = { hold: [{ type: 'hang' } as const] };

runRows('agent() that gives no answer', [
  [
    'resolves to null when it fails',
    `return agent('a')`,
    null,
    { agents: { a: [fail('model_refused')] }, sees: [[ends, ['failed model_refused']]] },
  ],
  [
    'resolves to null for a request that is refused',
    `return agent('a')`,
    null,
    { agents: { a: [fail('model_request')] }, sees: [[causes, ['scripted model_request']]] },
  ],
  [
    'does not end the script',
    `const first = await agent('a'); return [first, await agent('b')]`,
    [null, 'did b'],
    { agents: { a: [fail('model_auth')] }, sees: [[status, 'completed']] },
  ],
  [
    'resolves to null when the user skips it',
    `return [await agent('hold'), await agent('b')]`,
    [null, 'did b'],
    { agents: hanging, steer: skip, sees: [[ends, ['skipped skipped', 'ok']]] },
  ],
  [
    'resolves to null after its retries',
    `return [await agent('a', { maxTurns: 1 }), await agent('b')]`,
    [null, 'did b'],
    {
      agents: { a: [callTool('list_files', { glob: '**' })] },
      sees: [
        [attempts, 4],
        [ends, ['failed max_turns', 'ok']],
      ],
    },
  ],
  [
    'leaves no edit behind when it fails',
    `const got = await agent('a'); await agent('b'); return [got, files.changed()]`,
    [null, []],
    {
      agents: { a: [callTool('write_file', { path: 'new.ts', text: 'x' }), fail('model_refused')] },
    },
  ],
]);

runRows('agent.outcome()', [
  ['of an answer', `return agent.outcome('a')`, { status: 'ok', value: 'did a' }],
  [
    'of a structured answer',
    `return agent.outcome('a', { schema: { type: 'object' } })`,
    { status: 'ok', value: { n: 1 } },
    { agents: { a: [callTool('submit_result', { n: 1 })] } },
  ],
  [
    'of a failure names code and message',
    `return agent.outcome('a')`,
    { status: 'failed', error: { code: 'model_refused', message: 'scripted model_refused' } },
    { agents: { a: [fail('model_refused')] } },
  ],
  [
    'of a skipped agent',
    `return agent.outcome('hold')`,
    { status: 'skipped', error: { code: 'skipped', message: 'The user skipped this agent.' } },
    { agents: hanging, steer: skip },
  ],
  [
    'is never null',
    `return agent.outcome()`,
    {
      status: 'failed',
      error: {
        code: 'agent_prompt_invalid',
        message: 'agent() needs a prompt, a string with text in it, and got nothing.',
      },
    },
  ],
  [
    'is another agent than agent() with the same prompt',
    `return [await agent('a'), (await agent.outcome('a')).value]`,
    ['1', '2'],
    { agents: { a: [say('1'), say('2')] } },
  ],
]);

const caught = (code: string): string =>
  `return ${code}.then(() => 'resolved', (error) => [error instanceof Error, error.name, error.message])`;

runRows('agent() rejects', [
  [
    'for an unknown agent type, and says "not found"',
    caught(`agent('a', { agentType: 'nobody' })`),
    [
      true,
      'Error',
      'Agent type "nobody" not found. There are: general-purpose, explore, plan, verifier.',
    ],
  ],
  [
    'by a rejection, never by a throw at the call',
    `const p = agent('a', { agentType: 'nobody' }); return p.catch(() => 'caught')`,
    'caught',
  ],
  [
    'for a type that JSON Schema does not have',
    `return agent('a', { schema: { type: 'nope' } }).then(() => 'resolved', (e) => /schema cannot be compiled/.test(e.message))`,
    true,
  ],
  [
    'for a pattern that is none',
    `return agent('a', { schema: { type: 'object', properties: { x: { type: 'string', pattern: '(' } } } }).then(() => 'resolved', (e) => /schema cannot be compiled/.test(e.message))`,
    true,
  ],
  [
    'for a reference that leads nowhere',
    `return agent('a', { schema: { type: 'object', properties: { x: { $ref: '#/none' } } } }).then(() => 'resolved', (e) => /schema cannot be compiled/.test(e.message))`,
    true,
  ],
  [
    'from agent.outcome(), too',
    `return agent.outcome('a', { agentType: 'nobody' }).catch((e) => /not found/.test(e.message))`,
    true,
  ],
  [
    'and starts nothing then',
    `await agent('a', { agentType: 'nobody' }).catch(() => null); return 1`,
    1,
    {
      sees: [
        [prompts, []],
        [count('agent.queued'), 0],
        [count('call.refused'), 1],
      ],
    },
  ],
  [
    'for a limit that stops the run, with limit and value',
    `await agent('a'); return agent('b').catch((e) => [e.name, e.limit, e.value])`,
    ['WorkflowLimitError', 'maxAgents', 1],
    { limits: { maxAgents: 1 }, config: { onLimit: 'stop' } },
  ],
  [
    'for nothing else: options that refer to themselves',
    `const options = {}; options.options = options; return agent('a', options).then(() => 'resolved', () => 'rejected')`,
    'resolved',
  ],
  [
    'for nothing else: options with a BigInt',
    `return agent('a', { maxTurns: 1n }).then(() => 'resolved', () => 'rejected')`,
    'resolved',
  ],
  [
    'for nothing else: options that throw when they are read',
    `return agent('a', { get label() { throw new Error('no') } }).then(() => 'resolved', () => 'rejected')`,
    'resolved',
  ],
]);
