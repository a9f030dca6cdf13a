import { callTool, say, type Step } from '../support/scriptedModel.ts';
import { sessionRows } from './support/sessions.ts';
import { runError, status } from './support/sights.ts';
import type { DialectBench } from './support/dialectBench.ts';

const write = (path: string, text: string): readonly Step[] => [
  callTool('write_file', { path, text }),
  say('ok'),
];
const edit = (path: string, from: string, to: string): readonly Step[] => [
  callTool('read_file', { path }),
  callTool('edit_file', { path, old_text: from, new_text: to }),
  say('ok'),
];
const commands = (bench: DialectBench): unknown => bench.commands.length;
const changed = (bench: DialectBench): unknown =>
  [...bench.engine.tree.changes().keys()].toSorted();

const both = `const a = await agent('a', { label: 'one' }); const b = await agent('b'); return [a, b]`;

sessionRows('Resume of an edited script: calls are matched by content', {
  'a call that stayed costs nothing': {
    first: both,
    second: `const b = await agent('b'); const a = await agent('a'); return [a, b, 'edited']`,
    given: ['did a', 'did b', 'edited'],
    asks: [],
  },
  'whatever is in front of it': {
    first: both,
    second: `await agent('new'); ${both}`,
    given: ['did a', 'did b'],
    asks: ['new'],
  },
  'a difference is no error': {
    first: both,
    second: `return agent('other')`,
    given: 'did other',
    asks: ['other'],
    sees: [[status, 'completed']],
  },
  'label and phase are not in the key': {
    first: both,
    second: `phase('P'); return [await agent('a', { label: 'renamed', phase: 'Q' }), await agent('b', { label: 'x' })]`,
    given: ['did a', 'did b'],
    asks: [],
  },
  'positions are not in the key': {
    first: both,
    second: `return parallel([() => agent('b'), () => agent('a')])`,
    given: ['did b', 'did a'],
    asks: [],
  },
  'unknown keys are not in the key': {
    first: both,
    second: `return agent('a', { priority: 'high' })`,
    given: 'did a',
    asks: [],
  },
  'group, bounds and retries are not in the key': {
    first: both,
    second: `return agent('a', { group: 'G', timeoutMs: 5000, maxTurns: 9, retries: 1, stallMs: 9000 })`,
    given: 'did a',
    asks: [],
  },
  'the prompt is in the key': {
    first: both,
    second: `return agent('a ')`,
    given: 'did a ',
    asks: ['a '],
  },
  'the model is in the key': {
    first: both,
    second: `return agent('a', { model: 'other' })`,
    given: 'did a',
    asks: ['a'],
  },
  'the effort is in the key': {
    first: both,
    second: `return agent('a', { effort: 'low' })`,
    given: 'did a',
    asks: ['a'],
  },
  'the agent type is in the key': {
    first: both,
    second: `return agent('a', { agentType: 'explore' })`,
    given: 'did a',
    asks: ['a'],
  },
  'the tools are in the key': {
    first: both,
    second: `return agent('a', { tools: ['read_file'] })`,
    given: 'did a',
    asks: ['a'],
  },
  'the writes are in the key': {
    first: both,
    second: `return agent('a', { writes: ['x'] })`,
    given: 'did a',
    asks: ['a'],
  },
  'the schema is in the key': {
    first: both,
    second: `return agent('a', { schema: { type: 'object' } })`,
    later: { agents: { a: [callTool('submit_result', {})] } },
    given: {},
    asks: ['a'],
  },
  'isolation is in the key': {
    first: both,
    second: `return agent('a', { isolation: 'worktree' })`,
    given: 'did a',
    asks: ['a'],
  },
  'the order of keys in a schema is not': {
    first: `return agent('s', { schema: { type: 'object', required: [] } })`,
    second: `return [await agent('s', { schema: { required: [], type: 'object' } })]`,
    setting: { agents: { s: [callTool('submit_result', { n: 1 })] } },
    given: [{ n: 1 }],
    asks: [],
  },
  'the model by another name for it is the same': {
    first: both,
    second: `return agent('a', { model: 'default' })`,
    given: 'did a',
    asks: [],
  },
  'equal calls are told apart by their number': {
    first: `return [await agent('x'), await agent('x')]`,
    second: `const got = [await agent('x'), await agent('x'), await agent('x')]; return got`,
    setting: { agents: { x: [say('1'), say('2')] } },
    later: { agents: { x: [say('3')] } },
    given: ['1', '2', '3'],
    asks: ['x'],
  },
  'agent.outcome() finds what agent() had': {
    first: both,
    second: `return agent.outcome('a')`,
    given: { status: 'ok', value: 'did a' },
    asks: [],
  },
  'a recorded patch is merged onto the present tree': {
    first: `await agent('a'); return agent('b')`,
    second: `await agent('b'); await agent('a'); return files.changed()`,
    setting: { agents: { a: write('a.md', 'a'), b: write('b.md', 'b') } },
    given: ['a.md', 'b.md'],
    asks: [],
    sees: [[changed, ['a.md', 'b.md']]],
  },
  'a patch that conflicts makes the agent run again': {
    first: `await agent('a'); return 1`,
    second: `await agent('new'); await agent('a'); return 2`,
    setting: {
      agents: { a: [callTool('write_file', { path: 'new.md', text: 'from a\n' }), say('ok')] },
    },
    later: {
      agents: {
        new: [callTool('write_file', { path: 'new.md', text: 'from new\n' }), say('ok')],
        a: [say('again')],
      },
    },
    given: 2,
    asks: ['a', 'new', 'new'],
  },
  'a file that it read and that is different now makes the agent run again': {
    first: `return agent('reader')`,
    second: `await agent('writer'); return agent('reader')`,
    setting: { agents: { reader: [callTool('read_file', { path: 'a.ts' }), say('read')] } },
    later: { agents: { writer: edit('a.ts', 'one', 'ONE'), reader: [say('read again')] } },
    given: 'read again',
    asks: ['reader', 'writer', 'writer', 'writer'],
  },
  'a file that it did not read makes no difference': {
    first: `return agent('reader')`,
    second: `await agent('writer'); return agent('reader')`,
    setting: {
      files: { 'a.ts': 'one\n', 'b.ts': 'two\n' },
      agents: { reader: [callTool('read_file', { path: 'b.ts' }), say('read')] },
    },
    later: { agents: { writer: edit('a.ts', 'one', 'ONE') } },
    given: 'read',
    asks: ['writer', 'writer', 'writer'],
  },
  'a receipt holds for the same command on the same tree': {
    first: `return (await verify('npm test')).ok`,
    second: `return [(await verify('npm test')).ok]`,
    given: [true],
    asks: [],
    sees: [[commands, 0]],
  },
  'a receipt does not hold for another tree': {
    first: `return (await verify('npm test')).ok`,
    second: `await agent('a'); return (await verify('npm test')).ok`,
    setting: { agents: { a: write('x.md', 'x') } },
    given: true,
    asks: ['a', 'a'],
    sees: [[commands, 1]],
  },
  'a receipt does not hold for another command': {
    first: `return (await verify('npm test')).ok`,
    second: `return (await verify('npm run lint')).ok`,
    given: true,
    asks: [],
    sees: [[commands, 1]],
  },
  'a gate’s answer holds for the same question': {
    first: `return (await gate('q', { n: 1 })).approved`,
    second: `await agent('a'); return (await gate('q', { n: 1 })).approved`,
    setting: { config: { onGate: 'approve' } },
    later: { config: { onGate: 'reject' } },
    given: true,
    asks: ['a'],
  },
  'a gate’s answer does not hold for other details': {
    first: `return (await gate('q', { n: 1 })).approved`,
    second: `return (await gate('q', { n: 2 })).approved`,
    setting: { config: { onGate: 'approve' } },
    later: { config: { onGate: 'reject' } },
    given: false,
    asks: [],
  },
  'other args reuse calls whose key is equal': {
    first: `return [await agent('a'), await agent('for ' + args)]`,
    second: `return [await agent('a'), await agent('for ' + args), 'edited']`,
    setting: { args: 'x' },
    later: { args: 'y' },
    given: ['did a', 'did for y', 'edited'],
    asks: ['for y'],
  },
});

sessionRows('A script that does something else than its journal says', {
  'fails and names the entry': {
    first: `return agent(args.prompt)`,
    setting: { args: { prompt: 'a' } },
    later: { args: { prompt: 'b' } },
    given: { code: 'cancelled', message: 'The run was cancelled.', line: null, column: null },
    asks: [],
    sees: [
      [status, 'failed'],
      [
        runError,
        'Journal entry 4 answers call 1, a agent, and the script made another call there.',
      ],
    ],
  },
  'fails when it ends too early': {
    first: `if (args) await agent('a'); return 1`,
    setting: { args: true },
    later: { args: false },
    given: 1,
    asks: [],
    sees: [
      [status, 'failed'],
      [runError, 'Journal entry 4 answers call 1, a agent, and the script ended before it.'],
    ],
  },
});
