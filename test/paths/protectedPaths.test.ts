import assert from 'node:assert/strict';
import {
  classifyPath,
  normaliseAgentPath,
  type PathClass,
} from '../../src/paths/protectedPaths.ts';

describe('classifyPath', () => {
  const table: Readonly<Record<PathClass, readonly string[]>> = {
    hidden: [
      '.git/config',
      'sub/.git/hooks/pre-commit',
      '.git',
      '.GIT/config',
      '.git./config',
      '.git /config',
      'git~1/config',
      '.g\u200cit/config',
      '.git::$INDEX_ALLOCATION/config',
      '.\uff47it/config',
      '.env',
      '.ENV',
      'a/.env.local',
      '.env.production',
      'certs/server.pem',
      'id_rsa',
      'keys/ID_ED25519',
      'a/server.key',
      '.ssh/config',
    ],
    readOnly: [
      '.vscode/settings.json',
      '.vscode/tasks.json',
      'pkg/.vscode/launch.json',
      '.VSCODE/Settings.json',
      'my.code-workspace',
    ],
    flagged: [
      'package-lock.json',
      'a/yarn.lock',
      'Cargo.lock',
      'go.sum',
      '.github/workflows/ci.yml',
      '.gitlab-ci.yml',
      'Jenkinsfile',
      '.circleci/config.yml',
      'package.json',
      '.husky/pre-commit',
      'AGENTS.md',
      'docs/CLAUDE.md',
      'agents.MD',
      '.claude/agents/a.md',
      '.muster/workflows/a.js',
      '.github/copilot-instructions.md',
      '.worktreeinclude',
      '.envrc',
      '.ci/run',
    ],
    plain: [
      'src/a.ts',
      '.env.example',
      '.env.sample',
      'a/.env.template',
      '.gitignore',
      'environment.ts',
      'src/agents/list.ts',
      'src/git/index.ts',
      'lock.ts',
      'README.md',
      'keyboard.ts',
    ],
  };
  for (const [expected, paths] of Object.entries(table))
    for (const path of paths)
      it(`${JSON.stringify(path)} is ${expected}`, () =>
        assert.equal(classifyPath(path), expected));
});

describe('normaliseAgentPath', () => {
  const good: readonly (readonly [string, string])[] = [
    ['a.ts', 'a.ts'],
    ['./src//a.ts', 'src/a.ts'],
    ['src/', 'src'],
    ['src/[id]/ä b.ts', 'src/[id]/ä b.ts'],
    ['..a/...b', '..a/...b'],
  ];
  for (const [path, expected] of good)
    it(`takes ${path}`, () =>
      assert.deepEqual(normaliseAgentPath(path), { type: 'path', path: expected }));

  const bad: readonly (readonly [string, RegExp])[] = [
    ['', /names no file/u],
    ['./', /names no file/u],
    ['/etc/passwd', /absolute/u],
    ['C:/x', /absolute/u],
    ['~/.ssh/id_rsa', /"~"/u],
    ['../x', /"\.\."/u],
    ['a/../../x', /"\.\."/u],
    ['a\\..\\x', /backslash/u],
    ['a\0b', /control/u],
    ['a\nb', /control/u],
    ['a/b./c', /dot or a space/u],
    ['a /c', /dot or a space/u],
    ['a\ud800', /not valid text/u],
    ['x'.repeat(256), /too long/u],
    ['x/'.repeat(3000), /too long/u],
  ];
  for (const [path, reason] of bad)
    it(`refuses ${JSON.stringify(path.slice(0, 20))}`, () => {
      const result = normaliseAgentPath(path);
      assert.equal(result.type, 'refused');
      assert.match(result.reason, reason);
    });
});
