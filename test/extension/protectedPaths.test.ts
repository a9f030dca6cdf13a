import assert from 'node:assert/strict';
import { classifyPath } from '../../src/core/changes/protectedPaths.ts';
import { isProtectedPath } from '../../src/extension/review/protectedPaths.ts';

describe('the paths that the apply service protects', () => {
  const paths = [
    ...[
      '.git',
      '.git/config',
      'sub/.git/hooks/post-commit',
      '.GIT/config',
      '.git./config',
      'git~1/x',
    ],
    ...['.g\u200Bit/config', '.git::$INDEX_ALLOCATION/config', '.gitignore', '.github/x.md'],
    ...['.env', 'a/.env', '.env.local', '.env.example', '.env.sample', '.env.template', 'env'],
    ...['server.pem', 'a/b/server.KEY', 'x.p12', 'x.ppk', 'keyboard.ts', 'monkey', 'a.key.ts'],
    ...['id_rsa', 'keys/id_ed25519', 'id_ecdsa_sk', 'id_rsa.pub', '.ssh/config', '.netrc'],
    ...['.vscode/settings.json', '.vscode/tasks.json', 'a/.vscode/launch.json'],
    ...['.vscode/extensions.json', 'my.code-workspace', 'package.json', 'AGENTS.md', 'src/a.ts'],
  ];
  for (const path of paths) {
    it(`are those that the host refuses: ${JSON.stringify(path)}`, () => {
      const refusedByHost = ['hidden', 'readOnly'].includes(classifyPath(path));
      assert.equal(isProtectedPath(path), refusedByHost);
    });
  }
});
