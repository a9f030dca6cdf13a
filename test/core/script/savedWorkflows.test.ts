import assert from 'node:assert/strict';
import type { WorkflowFile } from '../../../src/core/ports/userWorkflows.ts';
import {
  findWorkflow,
  listWorkflows,
  MAX_WORKFLOWS_IN_FOLDER,
  workflowProblem,
  type WorkflowPlaces,
  type WorkflowRef,
} from '../../../src/core/script/savedWorkflows.ts';
import { snapshotOf } from './snapshotOf.ts';

const named = (name: string, body = ''): string =>
  `export const meta = { name: '${name}', description: 'd' };\n${body}`;

interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly user?: readonly WorkflowFile[];
}

function placesOf({ files = {}, user = [] }: Setting): WorkflowPlaces {
  return {
    ...snapshotOf(files),
    userWorkflows: { list: () => Promise.resolve(user) },
    workspaceRoot: '/work/space',
  };
}

/** Where a workflow is found, or the message. */
async function found(setting: Setting, ref: WorkflowRef): Promise<string> {
  const result = await findWorkflow(ref, placesOf(setting));
  return result.type === 'found' ? `${result.name} in ${result.source}` : result.message;
}

const byName = (name: string): WorkflowRef => ({ type: 'name', name });
const byPath = (path: string): WorkflowRef => ({ type: 'path', path });
const userFile = (path: string, text: string): WorkflowFile => ({ type: 'text', path, text });

describe('A saved workflow', () => {
  const everywhere: Setting = {
    files: {
      '.claude/workflows/a.js': named('same'),
      '.muster/workflows/z.mjs': named('same'),
    },
    user: [userFile('~/.config/muster/workflows/b.js', named('same'))],
  };

  it('is taken from the first place that has its name', async () => {
    assert.equal(await found(everywhere, byName('same')), 'same in .muster/workflows/z.mjs');
    const { files, user } = everywhere;
    const claude = { '.claude/workflows/a.js': files?.['.claude/workflows/a.js'] ?? '' };
    assert.equal(
      await found({ files: claude, user: user ?? [] }, byName('same')),
      'same in .claude/workflows/a.js',
    );
    assert.equal(
      await found({ user: user ?? [] }, byName('same')),
      'same in ~/.config/muster/workflows/b.js',
    );
  });

  it('is found by its file’s name, after every meta.name', async () => {
    const setting = {
      files: { '.muster/workflows/review.js': named('deep-review') },
      user: [userFile('~/x/workflows/other.js', named('review'))],
    };
    assert.equal(await found(setting, byName('review')), 'review in ~/x/workflows/other.js');
    assert.equal(
      await found({ files: setting.files }, byName('review')),
      'deep-review in .muster/workflows/review.js',
    );
  });

  it('that is not there is answered with what there is', async () => {
    assert.equal(
      await found(everywhere, byName('nope')),
      'There is no workflow "nope". There are: same.',
    );
    assert.equal(
      await found({}, byName('__proto__')),
      'There is no workflow "__proto__". Keep it in .muster/workflows, as a .js file.',
    );
  });

  it('with an error is found, and says where the error is', async () => {
    const places = placesOf({ files: { '.muster/workflows/bad.js': 'const x = ;' } });
    const result = await findWorkflow(byName('bad'), places);
    assert(result.type === 'found');
    assert.equal(
      workflowProblem(result),
      '.muster/workflows/bad.js:1:11: Syntax error: Unexpected token. Write plain JavaScript (ES2023); types, decorators and JSX are not understood.',
    );
  });

  it('counts only where it lies in a folder for workflows, with the ending of a script', async () => {
    const files = Object.fromEntries(
      [
        '.muster/workflows/deep/a.js',
        '.muster/a.js',
        'workflows/a.js',
        'x/.muster/workflows/a.js',
        '.muster/workflows/a.ts',
        '.muster/workflows/a.js.bak',
        '.muster/workflows.js',
      ].map((path) => [path, named('a')]),
    );
    assert.equal(
      await found({ files }, byName('a')),
      'There is no workflow "a". Keep it in .muster/workflows, as a .js file.',
    );
  });

  it('may be a link inside the workspace, and no other', async () => {
    const files = {
      '.claude/workflows/chain.js': '-> ../../.muster/workflows/in.js',
      '.muster/workflows/circle.js': '-> circle.js',
      '.muster/workflows/gone.js': '-> nothing.js',
      '.muster/workflows/home.js': '-> /etc/passwd',
      '.muster/workflows/in.js': '-> ../../scripts/real.js',
      '.muster/workflows/out.js': '-> ../../../secret.js',
      '.muster/workflows/secret.js': '-> ../../.env',
      '.env': named('secret'),
      'scripts/real.js': named('real'),
    };
    const cases: Readonly<Record<string, string>> = {
      real: 'real in .muster/workflows/in.js',
      chain: 'real in .claude/workflows/chain.js',
      circle:
        'The workflow .muster/workflows/circle.js cannot be read: its links lead in a circle.',
      gone: 'The workflow .muster/workflows/gone.js cannot be read: its link leads to no file.',
      home: 'The workflow .muster/workflows/home.js cannot be read: it is a link that leads out of the workspace.',
      out: 'The workflow .muster/workflows/out.js cannot be read: it is a link that leads out of the workspace.',
      secret: 'The workflow .muster/workflows/secret.js cannot be read: its link leads to no file.',
    };
    for (const [name, expected] of Object.entries(cases)) {
      assert.equal(await found({ files }, byName(name)), expected);
    }
  });

  it('that the user’s folder refuses says why', async () => {
    const user: WorkflowFile[] = [
      {
        type: 'refused',
        path: '~/.claude/workflows/x.js',
        reason: 'it is a link that leads out of its folder',
      },
    ];
    assert.equal(
      await found({ user }, byName('x')),
      'The workflow ~/.claude/workflows/x.js cannot be read: it is a link that leads out of its folder.',
    );
  });
});

describe('A workflow named by its path', () => {
  const files = {
    '.env': named('env'),
    '.git/hooks/x.js': named('git'),
    'image.js': 'a\0b',
    'linked.js': '-> scripts/a.js',
    'out.js': '-> ../a.js',
    'scripts/a.js': named('a'),
  };
  const cases: Readonly<Record<string, string>> = {
    'scripts/a.js': 'a in scripts/a.js',
    './scripts//a.js': 'a in scripts/a.js',
    '/work/space/scripts/a.js': 'a in scripts/a.js',
    'linked.js': 'a in linked.js',
    'out.js': 'The workflow out.js cannot be read: it is a link that leads out of the workspace.',
    'image.js': 'The workflow image.js cannot be read: it is not text.',
    'scripts/b.js': 'The workflow scripts/b.js cannot be read: there is no such file.',
    '.env': 'The workflow .env cannot be read: there is no such file.',
    '.git/hooks/x.js': 'The workflow .git/hooks/x.js cannot be read: there is no such file.',
    '.GIT/hooks/x.js': 'The workflow .GIT/hooks/x.js cannot be read: there is no such file.',
  };
  for (const [path, expected] of Object.entries(cases)) {
    it(path, async () => assert.equal(await found({ files }, byPath(path)), expected));
  }

  const outside = [
    '../a.js',
    'scripts/../../a.js',
    '/etc/passwd',
    '/work/spacex/a.js',
    '/work/space/../a.js',
    'C:\\a.js',
    'scripts\\a.js',
    '~/a.js',
    'a.js\0',
    '',
  ];
  for (const path of outside) {
    it(`${JSON.stringify(path)} is refused`, async () =>
      assert.match(await found({ files }, byPath(path)), /^Cannot use the path /u));
  }
});

describe('The list of workflows', () => {
  it('names each once, in the order in which they are looked up', async () => {
    const places = placesOf({
      files: {
        '.claude/workflows/a.js': named('one'),
        '.muster/workflows/b.js': named('two'),
        '.muster/workflows/c.js': 'broken(',
      },
      user: [userFile('~/u/one.js', named('one')), userFile('~/u/three.js', named('three'))],
    });
    const list = (await listWorkflows(places)).map(({ name, source, check }) => [
      name,
      source,
      check.ok,
    ]);
    assert.deepEqual(list, [
      ['two', '.muster/workflows/b.js', true],
      ['c', '.muster/workflows/c.js', false],
      ['one', '.claude/workflows/a.js', true],
      ['three', '~/u/three.js', true],
    ]);
  });

  it('looks at a bounded number of files', async () => {
    const files = Object.fromEntries(
      Array.from({ length: MAX_WORKFLOWS_IN_FOLDER + 5 }, (_, n) => [
        `.muster/workflows/${n + 1000}.js`,
        named(`w${n}`),
      ]),
    );
    assert.equal((await listWorkflows(placesOf({ files }))).length, MAX_WORKFLOWS_IN_FOLDER);
  });
});
