import assert from 'node:assert/strict';
import type { Json } from '../../../../src/base/json.ts';
import { toolsFor } from '../../../../src/core/agent/tools/agentTools.ts';
import { createPiscinaComputePool } from '../../../../src/host/adapters/compute/piscinaComputePool.ts';
import { distDirectory } from '../../../worker/support/sandbox.ts';
import { AgentBench, callOf, typeOf, type Files } from '../agentBench.ts';

const files: Files = {
  'src/a.ts': 'one\ntwo\nthree\n',
  'src/twice.ts': 'same\nsame\n',
  'src/crlf.ts': '\ufeffone\r\ntwo\r\n',
  'src/latin.ts': new Uint8Array([0xe9, 0x0a]),
  'docs/readme.md': '# Title\n',
  'logo.png': new Uint8Array([0x89, 0x50, 0, 1]),
  link: { bytes: new Uint8Array(Buffer.from('src/a.ts')), mode: 0o120000 },
  'run.sh': { bytes: new Uint8Array(Buffer.from('echo\n')), mode: 0o100755 },
  '.env': 'SECRET=1\n',
  '.env.example': 'SECRET=\n',
  'certs/key.pem': 'private\n',
  '.vscode/settings.json': '{}\n',
  'package-lock.json': '{}\n',
};

async function said(tool: string, input: Json, bench = new AgentBench(files)): Promise<string> {
  const { outcome, text } = await bench.use(tool, input);
  return `${outcome}: ${text}`;
}

describe('Writes of an agent', () => {
  const cases: readonly (readonly [readonly string[], string, boolean])[] = [
    [['src/**'], 'src/new.ts', true],
    [['src/**'], 'docs/new.md', false],
    [['src/*.ts', 'docs/**'], 'docs/x.md', true],
    [['src/[id].ts'], 'src/[id].ts', true],
    [['src/a.ts'], './src/a.ts', true],
    [['src/a.ts'], 'src/a.ts.bak', false],
    [['!src/**'], 'src/x.ts', false],
    [[], 'src/x.ts', false],
    [['**'], '.env', false],
  ];
  for (const [writes, path, isAllowed] of cases) {
    it(`${isAllowed ? 'may' : 'may not'} reach ${path} with ${JSON.stringify(writes)}`, async () => {
      const { outcome } = await new AgentBench(files).use(
        'write_file',
        { path, text: 'x' },
        writes,
      );
      assert.equal(outcome, isAllowed ? 'ok' : 'error');
    });
  }

  it('are told why they are refused', async () => {
    const bench = new AgentBench(files);
    for (const [tool, input] of [
      ['edit_file', { path: 'docs/readme.md', old_text: 'Title', new_text: 'x' }],
      ['delete_file', { path: 'docs/readme.md' }],
      ['move_file', { from: 'docs/readme.md', to: 'src/readme.md' }],
      ['move_file', { from: 'src/a.ts', to: 'docs/readme.md' }],
    ] as const) {
      assert.deepEqual(await bench.use(tool, input, ['src/**']), {
        outcome: 'error',
        text: "You may not write docs/readme.md: this agent's edits are limited to src/**.",
      });
    }
    assert.deepEqual(bench.changes(), {});
  });
});

describe('The tools of an agent', () => {
  const names = (type: string, tools: readonly string[] | null) =>
    toolsFor(callOf('x', { tools }), typeOf(type)).map(({ spec }) => spec.name);
  const read = ['read_file', 'list_files', 'search_text'];
  const all = [...read, 'edit_file', 'write_file', 'delete_file', 'move_file', 'run_command'];

  it('are those of its type', () => {
    assert.deepEqual(names('general-purpose', null), all);
    for (const type of ['explore', 'Plan']) assert.deepEqual(names(type, null), read);
    assert.deepEqual(names('VERIFIER', null), [...read, 'run_command']);
  });

  it('are only ever narrowed by the call', () => {
    assert.deepEqual(names('general-purpose', ['read_file', 'nonsense']), ['read_file']);
    assert.deepEqual(names('explore', ['write_file']), []);
    assert.deepEqual(names('general-purpose', []), []);
  });

  it('have a JSON Schema with an object root each', () => {
    for (const { spec } of toolsFor(callOf('x'), typeOf('general-purpose'))) {
      assert.equal(spec.inputSchema['type'], 'object');
      assert.deepEqual(JSON.parse(JSON.stringify(spec.inputSchema)), spec.inputSchema);
    }
  });
});

describe('Untrusted patterns', () => {
  const compute = createPiscinaComputePool(distDirectory);
  after(() => compute.dispose());

  it('that take too long are a tool’s error, and the next one works', async () => {
    const bench = new AgentBench({ 'a.txt': `${'a'.repeat(40)}!\n` }, compute);
    assert.equal(
      await said('search_text', { pattern: '^(a+)+$' }, bench),
      'error: The pattern took longer than 1 s and was stopped.',
    );
    assert.match(await said('search_text', { pattern: 'a!' }, bench), /^ok: a\.txt:1: a+!$/u);
  });

  it('are matched in the pool', async () => {
    const bench = new AgentBench(files, compute);
    assert.equal(await said('list_files', { glob: 'docs/*' }, bench), 'ok: docs/readme.md');
    const { outcome } = await bench.use('write_file', { path: 'src/x', text: '' }, ['docs/*']);
    assert.equal(outcome, 'error');
  });
});
