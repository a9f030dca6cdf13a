import assert from 'node:assert/strict';
import type { Json } from '../../../../src/base/json.ts';
import {
  MAX_LISTED_FILES,
  MAX_TOOL_OUTPUT_CHARS,
  MAX_WRITTEN_BYTES,
} from '../../../../src/core/limits.ts';
import { AgentBench, type Files } from '../agentBench.ts';

const files: Files = {
  'src/a.ts': 'one\ntwo\nthree\n',
  'src/twice.ts': 'same\nsame\n',
  'src/crlf.ts': '\ufeffone\r\ntwo\r\n',
  'src/latin.ts': new Uint8Array([0xe9, 0x0a]),
  'docs/readme.md': '# Title\n',
  'many.txt': 'a'.repeat(100_000),
  'logo.png': new Uint8Array([0x89, 0x50, 0, 1]),
  link: { bytes: new Uint8Array(Buffer.from('src/a.ts')), mode: 0o120000 },
  'run.sh': { bytes: new Uint8Array(Buffer.from('echo\n')), mode: 0o100755 },
  '.env': 'SECRET=1\n',
  '.env.example': 'SECRET=\n',
  'certs/key.pem': 'private\n',
  '.vscode/settings.json': '{}\n',
  'package-lock.json': '{}\n',
};

type Case = readonly [title: string, tool: string, input: Json, expected: RegExp | string];

async function said(tool: string, input: Json, bench = new AgentBench(files)): Promise<string> {
  const { outcome, text } = await bench.use(tool, input);
  return `${outcome}: ${text}`;
}

function table(cases: readonly Case[]): void {
  for (const [title, tool, input, expected] of cases) {
    it(title, async () => {
      const actual = await said(tool, input);
      if (typeof expected === 'string') assert.equal(actual, expected);
      else assert.match(actual, expected);
    });
  }
}

describe('read_file', () => {
  table([
    ['gives the text', 'read_file', { path: 'src/a.ts' }, 'ok: one\ntwo\nthree\n'],
    ['takes ./ and doubled slashes', 'read_file', { path: './src//a.ts' }, 'ok: one\ntwo\nthree\n'],
    [
      'gives a range, the last line included',
      'read_file',
      { path: 'src/a.ts', startLine: 2, endLine: 2 },
      'ok: two',
    ],
    [
      'gives what there is of a range',
      'read_file',
      { path: 'src/a.ts', startLine: 3, endLine: 99 },
      'ok: three\n',
    ],
    ['hides the byte order mark and CR', 'read_file', { path: 'src/crlf.ts' }, 'ok: one\ntwo\n'],
    ['reads one-byte encodings', 'read_file', { path: 'src/latin.ts' }, 'ok: é\n'],
    ['reads what may not be written', 'read_file', { path: '.vscode/settings.json' }, 'ok: {}\n'],
    ['reads an example of .env', 'read_file', { path: '.env.example' }, 'ok: SECRET=\n'],
    [
      'says that a file is not there',
      'read_file',
      { path: 'gone.ts' },
      'error: There is no file gone.ts.',
    ],
    ['says that a folder is no file', 'read_file', { path: 'src' }, 'error: There is no file src.'],
    ['refuses a binary file', 'read_file', { path: 'logo.png' }, 'error: logo.png is not text.'],
    ['refuses a symbolic link', 'read_file', { path: 'link' }, 'error: link is not text.'],
    [
      'refuses .env',
      'read_file',
      { path: '.env' },
      'error: .env is protected and not available to agents.',
    ],
    ['refuses .env in disguise', 'read_file', { path: './.ENV' }, /^error: .*protected/u],
    ['refuses a key', 'read_file', { path: 'certs/key.pem' }, /^error: .*protected/u],
    ['refuses .git', 'read_file', { path: '.git/config' }, /^error: .*protected/u],
    [
      'refuses ..',
      'read_file',
      { path: '../x' },
      /^error: Cannot use the path "\.\.\/x": it leads out/u,
    ],
    ['refuses an absolute path', 'read_file', { path: '/etc/passwd' }, /^error: .*it is absolute/u],
    ['refuses a drive', 'read_file', { path: 'C:/x' }, /^error: .*it is absolute/u],
    ['refuses a backslash', 'read_file', { path: 'src\\a.ts' }, /^error: .*backslash/u],
    [
      'refuses a control character',
      'read_file',
      { path: 'a\u0000b' },
      /^error: .*control character/u,
    ],
    ['refuses no path', 'read_file', {}, /^error: read_file: .*path/su],
    ['refuses an empty path', 'read_file', { path: '' }, /^error: read_file: /u],
    [
      'refuses line 0',
      'read_file',
      { path: 'src/a.ts', startLine: 0 },
      /^error: read_file: .*startLine/su,
    ],
    [
      'refuses text for a line',
      'read_file',
      { path: 'src/a.ts', endLine: '2' },
      /^error: read_file: .*endLine/su,
    ],
    ['refuses what is no object', 'read_file', 'src/a.ts', /^error: read_file: /u],
    ['refuses null', 'read_file', null, /^error: read_file: /u],
  ]);

  it('cuts long output and says so', async () => {
    const bench = new AgentBench({ 'big.txt': 'x'.repeat(MAX_TOOL_OUTPUT_CHARS + 5) });
    const { text } = await bench.use('read_file', { path: 'big.txt' });
    assert.match(text, /x… \[5 more characters\]$/u);
  });
});

describe('list_files', () => {
  table([
    [
      'gives sorted paths',
      'list_files',
      { glob: 'src/**' },
      'ok: src/a.ts\nsrc/crlf.ts\nsrc/latin.ts\nsrc/twice.ts',
    ],
    [
      'says how many more there are',
      'list_files',
      { glob: 'src/**', limit: 1 },
      'ok: src/a.ts\n… and 3 more',
    ],
    ['says that there is none', 'list_files', { glob: '*.rs' }, 'ok: No file matches.'],
    ['refuses an empty glob', 'list_files', { glob: '' }, /^error: list_files: /u],
    [
      'refuses too high a limit',
      'list_files',
      { glob: '*', limit: MAX_LISTED_FILES + 1 },
      /^error: list_files: .*limit/su,
    ],
  ]);

  it('shows the agent’s own changes', async () => {
    const bench = new AgentBench({ 'a.ts': '', 'b.ts': '' });
    await bench.use('write_file', { path: 'c.ts', text: 'c' });
    await bench.use('delete_file', { path: 'a.ts' });
    assert.equal(await said('list_files', { glob: '*' }, bench), 'ok: b.ts\nc.ts');
  });
});

describe('search_text', () => {
  table([
    [
      'gives path, line and text',
      'search_text',
      { pattern: '^t\\w+', glob: 'src/*.ts' },
      'ok: src/a.ts:2: two\nsrc/a.ts:3: three\nsrc/crlf.ts:2: two',
    ],
    [
      'stops at the limit and says so',
      'search_text',
      { pattern: '^t', glob: 'src/a.ts', limit: 1 },
      'ok: src/a.ts:2: two\n… and more; narrow the search',
    ],
    ['says that there is none', 'search_text', { pattern: 'nothing' }, 'ok: No line matches.'],
    [
      'passes over binary files and links',
      'search_text',
      { pattern: 'PNG|^src/a' },
      'ok: No line matches.',
    ],
    [
      'sees nothing of protected files',
      'search_text',
      { pattern: 'SECRET|private' },
      'ok: .env.example:1: SECRET=',
    ],
    [
      'refuses a wrong pattern',
      'search_text',
      { pattern: '(' },
      /^error: The pattern cannot be read: /u,
    ],
    [
      'refuses an endless pattern',
      'search_text',
      { pattern: 'x'.repeat(1001) },
      /^error: search_text: .*pattern/su,
    ],
  ]);
});

describe('edit_file', () => {
  const edit = (path: string, oldText: string, newText: string) => ({
    path,
    old_text: oldText,
    new_text: newText,
  });
  table([
    [
      'replaces a unique piece',
      'edit_file',
      edit('src/a.ts', 'two', 'TWO'),
      'ok: Replaced 1 occurrence in src/a.ts.',
    ],
    [
      'replaces all when asked to',
      'edit_file',
      { ...edit('src/twice.ts', 'same', 'x'), all: true },
      'ok: Replaced 2 occurrences in src/twice.ts.',
    ],
    [
      'says how often a piece occurs',
      'edit_file',
      edit('src/twice.ts', 'same', 'x'),
      'error: old_text occurs 2 times in src/twice.ts. Add lines around it, or set all.',
    ],
    [
      'says that not even the first line is there',
      'edit_file',
      edit('src/a.ts', 'four', 'x'),
      'error: old_text does not occur in src/a.ts. Not even its first line "four" is there; read the file again.',
    ],
    [
      'says where the first line is',
      'edit_file',
      edit('src/a.ts', 'two\nfour', 'x'),
      'error: old_text does not occur in src/a.ts. Its first line stands at line 2, but what follows differs; read the file again.',
    ],
    [
      'refuses an empty old_text',
      'edit_file',
      edit('src/a.ts', '', 'x'),
      /^error: edit_file: .*old_text/su,
    ],
    [
      'refuses a file that is not there',
      'edit_file',
      edit('gone', 'a', 'b'),
      'error: There is no file gone.',
    ],
    ['refuses a protected file', 'edit_file', edit('.env', 'SECRET', 'x'), /^error: .*protected/u],
    [
      'refuses a file that may only be read',
      'edit_file',
      edit('.vscode/settings.json', '{}', '{ }'),
      'error: .vscode/settings.json can be read but not changed by agents.',
    ],
    [
      'refuses a character that the file lacks',
      'edit_file',
      edit('src/latin.ts', 'é', '漢'),
      /^error: Cannot write the text: line 1 holds "漢" \(U\+6F22\), which the file's one-byte encoding lacks/u,
    ],
    ['refuses a link', 'edit_file', edit('link', 'src', 'x'), 'error: link is not text.'],
    [
      'refuses a small edit that grows beyond what any text can hold',
      'edit_file',
      { path: 'many.txt', old_text: 'a', new_text: 'b'.repeat(10_000), all: true },
      /^error: many\.txt would have over \d+ bytes/u,
    ],
  ]);

  it('takes $& and $1 as they are', async () => {
    const bench = new AgentBench(files);
    await bench.use('edit_file', edit('src/a.ts', 'two', '$& $1 $$'));
    assert.equal(bench.changes()['src/a.ts'], 'one\n$& $1 $$\nthree\n');
  });

  it('keeps the byte order mark and CRLF', async () => {
    const bench = new AgentBench(files);
    await bench.use('edit_file', edit('src/crlf.ts', 'one\ntwo', 'one\nand\ntwo'));
    assert.equal(bench.changes()['src/crlf.ts'], '\u00ef\u00bb\u00bfone\r\nand\r\ntwo\r\n');
  });

  it('keeps the mode', async () => {
    const bench = new AgentBench(files);
    await bench.use('edit_file', edit('run.sh', 'echo', 'exit'));
    assert.equal(bench.overlay.changes().get('run.sh')?.mode, 0o100755);
  });

  it('sees the edits before', async () => {
    const bench = new AgentBench(files);
    await bench.use('edit_file', edit('src/a.ts', 'two', 'TWO'));
    assert.match(await said('edit_file', edit('src/a.ts', 'two', 'x'), bench), /does not occur/u);
  });
});

describe('write_file and delete_file', () => {
  table([
    [
      'create a file',
      'write_file',
      { path: 'new/deep/file.ts', text: 'x' },
      'ok: Wrote new/deep/file.ts.',
    ],
    ['write an empty file', 'write_file', { path: 'empty', text: '' }, 'ok: Wrote empty.'],
    [
      'write a flagged file',
      'write_file',
      { path: 'package-lock.json', text: '{}' },
      'ok: Wrote package-lock.json.',
    ],
    [
      'refuse a file under a file',
      'write_file',
      { path: 'src/a.ts/b', text: 'x' },
      /^error: .*src\/a\.ts/u,
    ],
    ['refuse a folder', 'write_file', { path: 'src', text: 'x' }, /^error: .*src/u],
    [
      'refuse a binary file',
      'write_file',
      { path: 'logo.png', text: 'x' },
      'error: logo.png is not text and cannot be written as text.',
    ],
    ['refuse a NUL', 'write_file', { path: 'x', text: 'a\u0000' }, /^error: .*NUL/u],
    [
      'refuse a protected path',
      'write_file',
      { path: 'sub/.git/hooks/pre-commit', text: 'x' },
      /^error: .*protected/u,
    ],
    [
      'refuse a new .env',
      'write_file',
      { path: 'pkg/.env.local', text: 'x' },
      /^error: .*protected/u,
    ],
    [
      'refuse a way out',
      'write_file',
      { path: 'a/../../x', text: 'x' },
      /^error: Cannot use the path/u,
    ],
    ['refuse no text', 'write_file', { path: 'x' }, /^error: write_file: .*text/su],
    ['delete a file', 'delete_file', { path: 'src/a.ts' }, 'ok: Deleted src/a.ts.'],
    [
      'refuse to delete what is not there',
      'delete_file',
      { path: 'gone' },
      /^error: Cannot delete gone/u,
    ],
    ['refuse to delete a protected file', 'delete_file', { path: '.env' }, /^error: .*protected/u],
    [
      'refuse to delete what may only be read',
      'delete_file',
      { path: '.vscode/settings.json' },
      /^error: .*can be read but not changed/u,
    ],
  ]);

  it('refuse more than 5 MiB', async () => {
    const text = 'x'.repeat(MAX_WRITTEN_BYTES + 1);
    assert.match(await said('write_file', { path: 'x', text }), /^error: x would have over/u);
  });

  it('counts bytes, not characters', async () => {
    const text = '漢'.repeat(MAX_WRITTEN_BYTES / 2);
    assert.match(await said('write_file', { path: 'x', text }), /^error: x would have over/u);
  });
});
