import { callTool, fail, say } from '../support/scriptedModel.ts';
import { runRows, threw, type Row } from './support/rows.ts';

const files = {
  'b.ts': 'b\n',
  'a.ts': 'a\n',
  'src/c.ts': 'c',
  'src/deep/d.ts': 'd',
  'src/e.md': 'e',
  '.github/f.yml': 'f',
  'img.bin': new Uint8Array([0, 255, 1]),
  'crlf.txt': 'one\r\ntwo\r\n',
  'empty.txt': '',
  '漢字.md': '漢字',
};
const visible = [
  '.github/f.yml',
  'a.ts',
  'b.ts',
  'crlf.txt',
  'empty.txt',
  'img.bin',
  'src/c.ts',
  'src/deep/d.ts',
  'src/e.md',
  '漢字.md',
];
const row = (title: string, body: string, given: unknown): Row => [title, body, given, { files }];
const list = (title: string, call: string, given: readonly string[]): Row =>
  row(title, `return ${call}`, given);
const message = (title: string, call: string, text: string): Row =>
  row(
    title,
    `try { ${call}; return 'nothing thrown' } catch (e) { return [e instanceof Error, e.message] }`,
    [true, text],
  );
const usage =
  'files() needs a glob, and options { limit, exclude } with a glob or a list of globs.';

runRows('files()', [
  list('matches a glob', `files('src/**/*.ts')`, ['src/c.ts', 'src/deep/d.ts']),
  list('gives sorted paths', `files('*.ts')`, ['a.ts', 'b.ts']),
  list('** is everything that is not hidden, dot folders too', `files('**')`, visible),
  list('without a glob it is everything', `files()`, visible),
  list('a list of globs', `files(['*.ts', 'src/*.md'])`, ['a.ts', 'b.ts', 'src/e.md']),
  list('braces', `files('src/**/*.{ts,md}')`, ['src/c.ts', 'src/deep/d.ts', 'src/e.md']),
  list('a plain path', `files('a.ts')`, ['a.ts']),
  list('nothing matches', `files('*.rs')`, []),
  list('limit', `files('**/*.ts', { limit: 2 })`, ['a.ts', 'b.ts']),
  list('limit 0', `files('**/*.ts', { limit: 0 })`, []),
  list('exclude', `files('**/*.ts', { exclude: 'src/**' })`, ['a.ts', 'b.ts']),
  list('a list to exclude', `files('**/*.ts', { exclude: ['a.*', '**/deep/**'] })`, [
    'b.ts',
    'src/c.ts',
  ]),
  list('exclude before limit', `files('**/*.ts', { exclude: 'a.ts', limit: 2 })`, [
    'b.ts',
    'src/c.ts',
  ]),
  list('options may be undefined', `files('*.ts', { limit: undefined, exclude: undefined })`, [
    'a.ts',
    'b.ts',
  ]),
  row(
    'returns a value at once',
    `const got = files('*.ts'); return [Array.isArray(got), got.length]`,
    [true, 2],
  ),
  row('a needless await is harmless', `return (await files('*.ts')).length`, 2),
  row('gives a new list each time', `files('*.ts').push('x'); return files('*.ts')`, [
    'a.ts',
    'b.ts',
  ]),
  [
    'costs no agent and no journal entry',
    `files('**'); read('a.ts'); return files.changed()`,
    [],
    {
      files,
      sees: [
        [
          (bench) => bench.events.map(({ type }) => type),
          ['run.started', 'proposals.changed', 'run.ended'],
        ],
      ],
    },
  ],
  [
    'shows the snapshot, not what agents propose',
    `await agent('a'); return files('*.new')`,
    [],
    { files, agents: { a: [callTool('write_file', { path: 'x.new', text: 'x' }), say('ok')] } },
  ],
  message('a glob that is no text', `files(7)`, usage),
  message('an empty glob', `files('')`, usage),
  message('a limit that is no number', `files('*', { limit: 'many' })`, usage),
]);

runRows('read()', [
  row('gives a file’s text', `return read('a.ts')`, 'a\n'),
  row('at once', `return typeof read('a.ts')`, 'string'),
  row('a needless await is harmless', `return await read('src/c.ts')`, 'c'),
  row('an empty file', `return read('empty.txt')`, ''),
  row('a path that begins with ./', `return read('./a.ts')`, 'a\n'),
  row('other scripts in path and text', `return read('漢字.md')`, '漢字'),
  row('a path that files() gave', `return files('src/**').map((path) => read(path))`, [
    'c',
    'd',
    'e',
  ]),
  [
    'the snapshot, not what agents propose',
    `await agent('a'); return read('a.ts')`,
    'a\n',
    { files, agents: { a: [callTool('write_file', { path: 'a.ts', text: 'new' }), say('ok')] } },
  ],
  message(
    'a missing path throws a catchable Error',
    `read('gone.ts')`,
    'read(): there is no file "gone.ts" in the snapshot.',
  ),
  [
    'a hidden path throws as if it were missing',
    `try { return read('.env') } catch (e) { return e.message }`,
    'read(): there is no file ".env" in the snapshot.',
    { files: { '.env': 'KEY=1' } },
  ],
  message('a binary file throws "not text"', `read('img.bin')`, 'read(): "img.bin" is not text.'),
  row(
    'the error says not text',
    `try { read('img.bin') } catch (e) { return /not text/.test(e.message) }`,
    true,
  ),
  message(
    'a path out of the workspace',
    `read('../x')`,
    'read(): Cannot use the path "../x": it leads out of its folder with "..". Use a path relative to the workspace, with "/".',
  ),
  message(
    'an absolute path',
    `read('/etc/passwd')`,
    'read(): Cannot use the path "/etc/passwd": it is absolute. Use a path relative to the workspace, with "/".',
  ),
  message('no path', `read()`, 'read() needs a path, a string.'),
  row(
    'uncaught, it fails the run with the place',
    `\n  read('gone.ts');`,
    threw('read(): there is no file "gone.ts" in the snapshot.', 3, 3),
  ),
]);

const edits = (name: string, ...paths: readonly string[]) => ({
  [name]: [...paths.map((path) => callTool('write_file', { path, text: name })), say('ok')],
});

runRows('files.changed()', [
  ['is empty at first', `return files.changed()`, [], { files }],
  [
    'has the paths that agents changed so far, sorted',
    `await agent('one'); const first = files.changed(); await agent('two'); return [first, files.changed()]`,
    [['z.ts'], ['a.ts', 'src/c.ts', 'z.ts']],
    { files, agents: { ...edits('one', 'z.ts'), ...edits('two', 'src/c.ts', 'a.ts') } },
  ],
  [
    'counts what was delivered, and not before',
    `const p = agent('one'); const before = files.changed(); await p; return [before, files.changed()]`,
    [[], ['z.ts']],
    { agents: edits('one', 'z.ts') },
  ],
  [
    'has deleted files',
    `await agent('one'); return files.changed()`,
    ['a.ts'],
    { files, agents: { one: [callTool('delete_file', { path: 'a.ts' }), say('ok')] } },
  ],
  [
    'has nothing of agents that failed',
    `await agent('one'); return files.changed()`,
    [],
    {
      agents: { one: [callTool('write_file', { path: 'z.ts', text: 'x' }), fail('model_refused')] },
    },
  ],
  [
    'has nothing of a write that changed nothing',
    `await agent('one'); return files.changed()`,
    [],
    { files, agents: { one: [callTool('write_file', { path: 'a.ts', text: 'a\n' }), say('ok')] } },
  ],
  [
    'a needless await is harmless',
    `await agent('one'); return await files.changed()`,
    ['z.ts'],
    { agents: edits('one', 'z.ts') },
  ],
]);
