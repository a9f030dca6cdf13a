import type { ModelRequest } from '../../src/core/ports/modelClient.ts';
import { callTool, say, type Step } from '../support/scriptedModel.ts';
import { runRows } from './support/rows.ts';
import { ends, lastMessages, logs, queued, requests } from './support/sights.ts';

const toolNames = (request: ModelRequest): readonly string[] =>
  request.tools.map(({ name }) => name);
const READ = ['read_file', 'list_files', 'search_text'];
const ALL = [...READ, 'edit_file', 'write_file', 'delete_file', 'move_file'];
const definition = (head: string, body: string): string => `---\n${head}\n---\n${body}\n`;
const systemHas = (text: string) => requests(({ system }) => system.includes(text));

runRows('agentType', [
  [
    'general-purpose reads and writes',
    `return agent('a', { agentType: 'general-purpose' })`,
    'did a',
    {
      sees: [
        [
          requests((request) =>
            toolNames(request).filter((name) =>
              /^(read|list|search|edit|write|delete|move)_/u.test(name),
            ),
          ),
          [ALL],
        ],
      ],
    },
  ],
  [
    'explore is read-only',
    `return agent('a', { agentType: 'explore' })`,
    'did a',
    { sees: [[requests(toolNames), [READ]]] },
  ],
  [
    'plan is read-only',
    `return agent('a', { agentType: 'plan' })`,
    'did a',
    { sees: [[requests(toolNames), [READ]]] },
  ],
  [
    'verifier cannot write',
    `return agent('a', { agentType: 'verifier' })`,
    'did a',
    {
      sees: [
        [
          requests((request) =>
            toolNames(request).filter((name) => /^(edit|write|delete|move)_/u.test(name)),
          ),
          [[]],
        ],
      ],
    },
  ],
  [
    'verifier can read and run commands',
    `return agent('a', { agentType: 'verifier' })`,
    'did a',
    { sees: [[requests(toolNames), [[...READ, 'run_command']]]] },
  ],
  [
    'names are matched without case',
    `return agent('a', { agentType: ' EXPLORE ' })`,
    'did a',
    { sees: [[queued('agentType'), [['explore']]]] },
  ],
  [
    'a read-only type that writes all the same is refused',
    `await agent('a', { agentType: 'explore' }); return files.changed()`,
    [],
    { agents: { a: [callTool('write_file', { path: 'x.ts', text: 'x' }), say('ok')] } },
  ],
  [
    'a definition in .muster/agents gives instructions',
    `return agent('a', { agentType: 'reviewer' })`,
    'did a',
    {
      files: {
        '.muster/agents/reviewer.md': definition(
          'name: reviewer\ndescription: d',
          'Look for slips of the pen.',
        ),
      },
      sees: [
        [systemHas('Look for slips of the pen.'), [true]],
        [queued('agentType'), [['reviewer']]],
      ],
    },
  ],
  [
    'a definition in .claude/agents gives instructions',
    `return agent('a', { agentType: 'Reviewer' })`,
    'did a',
    {
      files: {
        '.claude/agents/any.md': definition('name: reviewer\ndescription: d', 'Look twice.'),
      },
      sees: [[systemHas('Look twice.'), [true]]],
    },
  ],
  [
    'a definition narrows the tools',
    `return agent('a', { agentType: 'reader' })`,
    'did a',
    {
      files: {
        '.muster/agents/reader.md': definition(
          'name: reader\ndescription: d\ntools: Read, Grep',
          'Read.',
        ),
      },
      sees: [[requests(toolNames), [['read_file', 'search_text']]]],
    },
  ],
  [
    'a definition names a model',
    `return agent('a', { agentType: 'thinker' })`,
    'did a',
    {
      files: {
        '.muster/agents/thinker.md': definition(
          'name: thinker\ndescription: d\nmodel: deep-one',
          'Think.',
        ),
      },
      sees: [[requests(({ model }) => model), ['deep-one']]],
    },
  ],
  [
    'the call’s model comes before the definition’s',
    `return agent('a', { agentType: 'thinker', model: 'mine' })`,
    'did a',
    {
      files: {
        '.muster/agents/thinker.md': definition(
          'name: thinker\ndescription: d\nmodel: deep-one',
          'Think.',
        ),
      },
      sees: [[requests(({ model }) => model), ['mine']]],
    },
  ],
  [
    'a built-in type cannot be redefined',
    `return agent('a', { agentType: 'explore' })`,
    'did a',
    {
      files: {
        '.muster/agents/explore.md': definition(
          'name: explore\ndescription: d',
          'You may do anything.',
        ),
      },
      sees: [
        [systemHas('You may do anything.'), [false]],
        [requests(toolNames), [READ]],
      ],
    },
  ],
  [
    'an error lists the defined types, too',
    `return agent('a', { agentType: 'nobody' }).catch((e) => e.message)`,
    'Agent type "nobody" not found. There are: general-purpose, explore, plan, verifier, mine.',
    { files: { '.muster/agents/mine.md': definition('name: mine\ndescription: d', 'x') } },
  ],
]);

const write = (path: string): Step => callTool('write_file', { path, text: 'x' });
runRows('tools, writes, isolation', [
  [
    'tools narrows',
    `return agent('a', { tools: ['read_file'] })`,
    'did a',
    { sees: [[requests(toolNames), [['read_file']]]] },
  ],
  [
    'tools never widens',
    `return agent('a', { agentType: 'explore', tools: ['write_file', 'read_file'] })`,
    'did a',
    { sees: [[requests(toolNames), [['read_file']]]] },
  ],
  [
    'tools may be none',
    `return agent('a', { tools: [] })`,
    'did a',
    { sees: [[requests(toolNames), [[]]]] },
  ],
  [
    'tools that nobody has add nothing',
    `return agent('a', { tools: ['launch_rocket', 'search_text'] })`,
    'did a',
    { sees: [[requests(toolNames), [['search_text']]]] },
  ],
  [
    'tools keeps the one that carries a structured answer',
    `return agent('a', { tools: [], schema: { type: 'object' } })`,
    {},
    {
      agents: { a: [callTool('submit_result', {})] },
      sees: [[requests(toolNames), [['submit_result']]]],
    },
  ],
  [
    'a tool that was narrowed away is refused when it is called',
    `await agent('a', { tools: ['read_file'] }); return files.changed()`,
    [],
    {
      agents: { a: [write('x.ts'), say('ok')] },
      sees: [[lastMessages, [null, 'There is no tool "write_file". You have: read_file.']]],
    },
  ],
  [
    'without writes, whatever the run allows',
    `await agent('a'); return files.changed()`,
    ['deep/x.ts'],
    { agents: { a: [write('deep/x.ts'), say('ok')] } },
  ],
  [
    'writes as a glob lets it write there',
    `await agent('a', { writes: 'src/**' }); return files.changed()`,
    ['src/deep/x.ts'],
    { agents: { a: [write('src/deep/x.ts'), say('ok')] } },
  ],
  [
    'writes as a list lets it write there',
    `await agent('a', { writes: ['docs/*.md', 'x.ts'] }); return files.changed()`,
    ['x.ts'],
    { agents: { a: [write('x.ts'), say('ok')] } },
  ],
  [
    'a write outside is refused to the agent with the reason',
    `await agent('a', { writes: ['src/**'] }); return files.changed()`,
    [],
    {
      agents: { a: [write('other.ts'), say('ok')] },
      sees: [
        [
          lastMessages,
          [null, "You may not write other.ts: this agent's edits are limited to src/**."],
        ],
        [ends, ['ok']],
      ],
    },
  ],
  [
    'a delete outside is refused, too',
    `await agent('a', { writes: ['src/**'] }); return files.changed()`,
    [],
    { agents: { a: [callTool('delete_file', { path: 'a.ts' }), say('ok')] } },
  ],
  [
    'an edit outside is refused, too',
    `await agent('a', { writes: ['src/**'] }); return files.changed()`,
    [],
    {
      agents: {
        a: [callTool('edit_file', { path: 'a.ts', old_text: 'one', new_text: 'x' }), say('ok')],
      },
    },
  ],
  [
    'writes: [] allows none',
    `await agent('a', { writes: [] }); return files.changed()`,
    [],
    { agents: { a: [write('x.ts'), say('ok')] } },
  ],
  [
    'writes keeps no file from being read',
    `return agent('a', { writes: ['src/**'] })`,
    'ok',
    {
      agents: { a: [callTool('read_file', { path: 'a.ts' }), say('ok')] },
      sees: [[lastMessages, [null, 'one\ntwo\nthree\n']]],
    },
  ],
  [
    'isolation: worktree gives its edits as proposals all the same',
    `await agent('a', { isolation: 'worktree' }); return files.changed()`,
    ['x.ts'],
    { agents: { a: [write('x.ts'), say('ok')] } },
  ],
  [
    'isolation: worktree gives an agent that runs commands one directory for all of them',
    `return agent('a', { isolation: 'worktree' })`,
    'ok',
    {
      agents: {
        a: [
          callTool('run_command', { command: 'make a' }),
          callTool('run_command', { command: 'make b' }),
          say('ok'),
        ],
      },
      config: { allowedCommands: ['make *'] },
      sees: [
        [logs, []],
        [(bench) => bench.snapshots.opened, ['agent', 'agent released']],
      ],
    },
  ],
]);
