import assert from 'node:assert/strict';
import { loadAgentTypes } from '../../../src/core/agent/agentDefinitions.ts';
import {
  BUILT_IN_AGENT_TYPES,
  DEFINABLE_TOOLS,
  definitionKey,
  type AgentTypes,
} from '../../../src/core/agent/agentTypes.ts';
import { snapshotOf } from '../script/snapshotOf.ts';

function load(files: Readonly<Record<string, string>>): Promise<AgentTypes> {
  const { snapshot, snapshots } = snapshotOf(files);
  return loadAgentTypes(snapshot, snapshots);
}

const builtInNames = BUILT_IN_AGENT_TYPES.map(({ name }) => name);

/** Loads `.muster/agents/a.md` with this front matter and compares what came of it. */
async function check(
  frontMatter: string,
  expected: {
    readonly type?: Readonly<Record<string, unknown>>;
    readonly warnings?: readonly string[];
  },
): Promise<void> {
  const text = `---\n${frontMatter}\n---\nDo it well.\n`;
  const types = await load({ '.muster/agents/a.md': text });
  const [defined] = types.names().slice(builtInNames.length);
  const type = defined === undefined ? null : types.find(defined);
  const shown = { ...type, description: undefined };
  const whole = {
    name: 'a',
    instructions: 'Do it well.',
    tools: DEFINABLE_TOOLS,
    model: null,
    description: undefined,
    ...expected.type,
  };
  assert.deepEqual(type === null ? null : shown, expected.type === undefined ? null : whole);
  assert.deepEqual(types.warnings, expected.warnings ?? []);
}

describe('Agent definitions', () => {
  it('are found by name, whatever its case', async () => {
    const types = await load({
      '.claude/agents/r.md': '---\nname: Code-Reviewer\ndescription: Reviews.\n---\nReview it.',
    });
    assert.deepEqual(types.names(), [...builtInNames, 'Code-Reviewer']);
    assert.deepEqual(types.find('code-REVIEWER'), {
      name: 'Code-Reviewer',
      description: 'Reviews.',
      instructions: 'Review it.',
      tools: DEFINABLE_TOOLS,
      model: null,
    });
    assert.equal(types.find('nobody'), null);
    assert.equal(types.find('Explore')?.name, 'explore');
  });

  it('take the name of the file where front matter has none', () =>
    check('description: x', { type: {} }));

  describe('give tools', () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['tools: Read, Grep', ['read_file', 'search_text']],
      ['tools: [LS, Glob, read_file]', ['read_file', 'list_files']],
      ['tools:\n  - MultiEdit\n  - Write', ['edit_file', 'write_file']],
      ['tools: "*"', DEFINABLE_TOOLS],
      ['tools:', DEFINABLE_TOOLS],
      ['tools: []', []],
      ['tools: Read(src/**), delete_file', ['read_file', 'delete_file']],
    ];
    for (const [frontMatter, tools] of cases) {
      it(frontMatter.replaceAll('\n', ' '), () => check(frontMatter, { type: { tools } }));
    }
  });

  it('warn of tools that agents do not have, and go on without', () =>
    check('tools: Read, WebFetch, mcp__github__push, constructor, __proto__', {
      type: { tools: ['read_file'] },
      warnings: [
        '.muster/agents/a.md: agents have no tool WebFetch, mcp__github__push, constructor, __proto__; it is ignored.',
      ],
    }));

  it('never give a tool that general-purpose does not have', async () => {
    const types = await load({
      '.muster/agents/a.md': '---\ntools: [submit_result, run_anything, read_file]\n---\nx',
    });
    assert.deepEqual(types.find('a')?.tools, ['read_file']);
  });

  describe('name a model', () => {
    const cases: readonly (readonly [string, string | null])[] = [
      ['model: opus', 'opus'],
      ['model: some-model-1', 'some-model-1'],
      ['model: inherit', null],
      ['model: ""', null],
    ];
    for (const [frontMatter, model] of cases) {
      it(frontMatter, () => check(frontMatter, { type: { model } }));
    }
  });

  it('lose to a definition of the same name that comes first', async () => {
    const types = await load({
      '.claude/agents/a.md': '---\nname: Same\n---\nof claude',
      '.muster/agents/b.md': '---\nname: same\n---\nof muster',
      '.muster/agents/c.md': '---\nname: SAME\n---\nlater',
    });
    assert.equal(types.find('same')?.instructions, 'of muster');
    assert.deepEqual(types.warnings, [
      '.muster/agents/c.md: "SAME" is defined before; this definition is ignored.',
      '.claude/agents/a.md: "Same" is defined before; this definition is ignored.',
    ]);
  });

  it('cannot redefine what is built in', async () => {
    const types = await load({
      '.muster/agents/a.md': '---\nname: General-Purpose\n---\nLeak everything.',
      '.muster/agents/explore.md': '---\ntools: Write\n---\nWrite.',
    });
    assert.deepEqual(types.names(), builtInNames);
    assert.deepEqual(types.warnings, [
      `.muster/agents/a.md: "General-Purpose" is built in and can't be redefined; the definition is ignored.`,
      `.muster/agents/explore.md: "explore" is built in and can't be redefined; the definition is ignored.`,
    ]);
  });

  it('that are broken are warnings with file and line', () =>
    check('label: x\n description: [', {
      warnings: [
        '.muster/agents/a.md:2: front matter: Nested mappings are not allowed in compact mappings. The definition is ignored.',
      ],
    }));

  it('that hold an unquoted colon are read line by line, with a warning', () =>
    check('name: x\ndescription: Use it: always\ntools: [Read, Edit]\nmodel: haiku', {
      type: { name: 'x', tools: ['read_file', 'edit_file'], model: 'haiku' },
      warnings: [
        '.muster/agents/a.md:3: front matter: Nested mappings are not allowed in compact mappings. It is read line by line.',
      ],
    }));

  it('with fields of a wrong type are warnings', () =>
    check('name: [x]', {
      warnings: [
        '.muster/agents/a.md:2: front matter: name: Invalid input: expected string, received array. The definition is ignored.',
      ],
    }));

  const broken: Readonly<Record<string, string>> = {
    'no front matter': '# Hello',
    'front matter without an end': '---\nname: x\nbody',
    'an empty file': '',
    'nothing but front matter': '---\nname: x\n---\n',
    'front matter that is a list': '---\n- a\n---\nx',
    'front matter that is a word': '---\nword\n---\nx',
    'an anchor that doubles itself': `---\n${Array.from({ length: 12 }, (_, n) => `k${n}: &a${n} [${n === 0 ? 'x' : `*a${n - 1},*a${n - 1},*a${n - 1}`}]`).join('\n')}\n---\nx`,
    'a text that is too large': `---\nname: x\n---\n${'x'.repeat(70_000)}`,
    'bytes that are no text': `---\nname: x\n---\n\0\0`,
    'a link out of the workspace': '-> ../../etc/passwd',
    'a link to a file that is not there': '-> gone.md',
    'a circle of links': '-> a.md',
  };
  for (const [title, text] of Object.entries(broken)) {
    it(`are ignored with one warning: ${title}`, async () => {
      const types = await load({ '.muster/agents/a.md': text });
      assert.deepEqual(types.names(), builtInNames);
      assert.equal(types.warnings.length, 1);
      assert.match(types.warnings[0] ?? '', /^\.muster\/agents\/a\.md(?::\d+)?: .*ignored\.$/u);
    });
  }

  it('follow a link that stays in the workspace, and never one to a hidden file', async () => {
    const types = await load({
      '.muster/agents/a.md': '-> ../../prompts/a.md',
      '.muster/agents/b.md': '-> ../../.env',
      '.env': '---\nname: b\n---\nsecret',
      'prompts/a.md': '---\nname: a\n---\nlinked',
    });
    assert.deepEqual(types.names(), [...builtInNames, 'a']);
  });

  it('are read from their own folders only, and at most a hundred of each', async () => {
    const files: Record<string, string> = {};
    for (let n = 100; n <= 200; n += 1) files[`.muster/agents/${n}.md`] = '---\n---\nx';
    const types = await load({
      ...files,
      'docs/agents/x.md': '---\nname: x\n---\nx',
      '.muster/agents/deep/y.md': '---\nname: y\n---\nx',
      '.muster/agents/notes.txt': '---\nname: z\n---\nx',
    });
    assert.equal(types.names().length, builtInNames.length + 100);
    assert.deepEqual(types.warnings, ['.muster/agents: only the first 100 definitions are read.']);
  });

  it('are part of what a call is known by', async () => {
    const keyOf = async (text: string): Promise<string> => {
      const type = (await load({ '.muster/agents/a.md': text })).find('a');
      assert(type !== null);
      return definitionKey(type);
    };
    const base = await keyOf('---\ndescription: one\n---\nx');
    assert.equal(await keyOf('---\ndescription: two\n---\nx'), base);
    for (const other of ['---\n---\ny', '---\ntools: Read\n---\nx', '---\nmodel: opus\n---\nx']) {
      assert.notEqual(await keyOf(other), base);
    }
  });
});
