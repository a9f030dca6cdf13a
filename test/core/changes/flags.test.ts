import assert from 'node:assert/strict';
import { flagForChange } from '../../../src/core/changes/flags.ts';
import { classifyPath } from '../../../src/paths/protectedPaths.ts';
import type { FileContent } from '../../../src/core/ports/fileView.ts';
import { file, ReviewBench } from './changesSupport.ts';

/** What the reason begins with; null for no flag. */
function flagOf(
  path: string,
  sides: { readonly base?: FileContent | null; readonly proposed?: FileContent | null } = {},
): string | null {
  const { base = file('old'), proposed = file('new') } = sides;
  return flagForChange({ path, base, proposed })?.split(':')[0] ?? null;
}

describe('paths that need an accept of their own', () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    'Lock file': [
      'package-lock.json',
      'a/npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
      'bun.lockb',
      'uv.lock',
      'poetry.lock',
      'pdm.lock',
      'Pipfile.lock',
      'pylock.toml',
      'Cargo.lock',
      'go.sum',
      'go.work.sum',
      'Gemfile.lock',
      'composer.lock',
      'flake.lock',
      'mix.lock',
      'Podfile.lock',
      'gradle.lockfile',
      '.terraform.lock.hcl',
      'PACKAGE-LOCK.JSON',
      'sub/dir/Yarn.Lock',
      'Package.resolved',
      'conda-lock.yml',
      'deno.lock',
    ],
    'CI file': [
      '.github/workflows/ci.yml',
      '.GitHub/workflows/ci.yml',
      '.github/WORKFLOWS/deep/x.sh',
      '.github/actions/setup/index.js',
      'sub/.github/workflows/ci.yml',
      '.github./workflows/x',
      '.github /workflows/x.yml',
      '.git\u200bhub/workflows/x.yml',
      '.\uff47ithub/workflows/x',
      '.github::$INDEX_ALLOCATION/workflows/x.yml',
      '.github/dependabot.yml',
      'action.yml',
      '.gitlab-ci.yml',
      '.gitlab-ci.build.yml',
      '.gitlab/ci/test.yml',
      'Jenkinsfile',
      'jenkinsfile',
      'ci/Jenkinsfile.release',
      'ci/deploy.jenkinsfile',
      '.circleci/config.yml',
      'azure-pipelines.yml',
      'azure-pipelines-pr.yaml',
      '.azure-pipelines/a.yml',
      '.travis.yml',
      '.drone.yml',
      '.woodpecker/a.yml',
      '.buildkite/pipeline.yml',
      'bitbucket-pipelines.yml',
      '.cirrus.yml',
      'cloudbuild.yaml',
      'buildspec.yml',
      '.forgejo/workflows/a.yml',
      'netlify.toml',
      'vercel.json',
      'renovate.json',
      '.teamcity/settings.kts',
    ],
    'Code owners': ['CODEOWNERS', '.github/CODEOWNERS', 'docs/codeowners'],
    'Package scripts': ['package.json', 'packages/a/package.json', 'Package.JSON', 'package.yaml'],
    'Package manager settings': [
      '.npmrc',
      'packages/a/.npmrc',
      '.yarnrc',
      '.yarnrc.yml',
      '.pnpmfile.cjs',
      '.pnp.cjs',
      'pnpm-workspace.yaml',
      'bunfig.toml',
      '.yarn/releases/yarn.cjs',
      '.yarn/plugins/a.cjs',
      '.cargo/config.toml',
      '.bundle/config',
      'pip.conf',
      'NuGet.Config',
    ],
    'Dependencies and build': [
      'Cargo.toml',
      'crates/a/Cargo.toml',
      'pyproject.toml',
      'setup.py',
      'Pipfile',
      'go.mod',
      'requirements.txt',
      'requirements-dev.txt',
      'requirements/test.txt',
      'Gemfile',
      'a.gemspec',
      'composer.json',
      'pom.xml',
      'build.gradle',
      'app/build.gradle.kts',
      'build.rs',
    ],
    'Build tasks': [
      'Makefile',
      'makefile',
      'GNUmakefile',
      'rules/common.mk',
      'justfile',
      'Taskfile.yml',
      'Rakefile',
      'noxfile.py',
      'tox.ini',
      'gradlew',
      'gradle/wrapper/gradle-wrapper.properties',
      '.mvn/jvm.config',
      'mvnw.cmd',
    ],
    'Git hooks and git settings': [
      '.husky/pre-commit',
      '.Husky/_/husky.sh',
      '.githooks/pre-push',
      'lefthook.yml',
      'lefthook-local.yml',
      '.lefthook.toml',
      '.lefthook/pre-push/a.sh',
      '.lintstagedrc.json',
      '.pre-commit-config.yaml',
      '.pre-commit-config.yml',
      '.pre-commit-hooks.yaml',
      'lint-staged.config.mjs',
      '.simple-git-hooks.json',
      '.overcommit.yml',
      '.gitmodules',
      '.gitattributes',
      'sub/.gitattributes',
      '.huskyrc.js',
    ],
    Instructions: [
      'AGENTS.md',
      'agents.MD',
      'docs/CLAUDE.md',
      'CLAUDE.local.md',
      'GEMINI.md',
      'QWEN.md',
      '.claude/settings.json',
      '.muster/workflows/a.js',
      '.cursor/rules/a.mdc',
      '.cursorrules',
      '.windsurfrules',
      '.clinerules',
      '.clinerules/a.md',
      '.mcp.json',
      'opencode.json',
      '.codex/config.toml',
      '.github/copilot-instructions.md',
      '.github/prompts/a.prompt.md',
      '.github/instructions/a.md',
      '.github/agents/a.md',
      '.worktreeinclude',
    ],
    'Editor settings': [
      '.vscode/extensions.json',
      '.vscode/js.code-snippets',
      '.VSCode/sub/x.json',
      '.idea/workspace.xml',
      '.idea/runConfigurations/a.xml',
      '.zed/tasks.json',
      '.dir-locals.el',
      '.exrc',
      'a.sublime-project',
      '.fleet/run.json',
    ],
    'Environment file': [
      '.envrc',
      '.devcontainer/devcontainer.json',
      '.devcontainer.json',
      '.gitpod.yml',
      '.gitpod.Dockerfile',
      'mise.toml',
      '.tool-versions',
    ],
    'Short name': [
      'GITHUB~1/workflows/ci.yml',
      'HUSKY~1/pre-commit',
      'a/PACKAG~1.JSO',
      'GI1B2C~10/x',
    ],
  };
  for (const [reason, paths] of Object.entries(table))
    for (const path of paths)
      it(`${reason}: ${JSON.stringify(path)}`, () => assert.equal(flagOf(path), reason));

  const plain = [
    'src/a.ts',
    'lock.ts',
    'src/lockfile.ts',
    'README.md',
    'docs/agents/list.md',
    '.gitignore',
    '.editorconfig',
    'Dockerfile',
    'eslint.config.mjs',
    'tsconfig.json',
    'src/package.ts',
    '.github/ISSUE_TEMPLATE/bug.md',
    '.github/pull_request_template.md',
    'src/makefile.ts',
    'src/jenkins.ts',
    'src/workflows/a.ts',
    'husky/a.ts',
    'docs/github/workflows/ci.md',
    'notes~',
    'src/vscode/settings.json',
    'requirements.md',
    'packages/a/index.json',
  ];
  for (const path of plain)
    it(`not ${JSON.stringify(path)}`, () => assert.equal(flagOf(path), null));

  it('none of those that agents may not write at all', () => {
    const refused = ['.vscode/settings.json', '.vscode/tasks.json', '.vscode/launch.json'];
    for (const path of [...refused, '.VSCODE/Tasks.json', 'a/.vscode/launch.json'])
      assert.equal(classifyPath(path), 'readOnly', path);
    assert.equal(classifyPath('.git/hooks/pre-commit'), 'hidden');
  });
});

describe('changes of package.json', () => {
  const base = { name: 'a', description: 'old', version: '1.0.0', scripts: { test: 'mocha' } };
  const withDependency = { ...base, dependencies: { left: '^1.0.0' } };
  const cases: readonly (readonly [string, object, object, string | null])[] = [
    ['only its description', base, { ...base, description: 'new' }, null],
    ['only its version', base, { ...base, version: '2.0.0' }, null],
    ['only its order', base, Object.fromEntries(Object.entries(base).reverse()), null],
    ['a script', base, { ...base, scripts: { test: 'x' } }, 'Package scripts'],
    ['an install script', base, { ...base, scripts: { postinstall: 'x' } }, 'Package scripts'],
    ['no scripts any more', base, { ...base, scripts: undefined }, 'Package scripts'],
    ['hooks', base, { ...base, husky: { hooks: {} } }, 'Package scripts'],
    ['staged files', base, { ...base, 'lint-staged': { '*': 'x' } }, 'Package scripts'],
    ['a new dependency', base, withDependency, 'Dependencies'],
    [
      'another version of one',
      withDependency,
      { ...base, dependencies: { left: 'git+ssh://evil' } },
      'Dependencies',
    ],
    ['an override', base, { ...base, overrides: { left: '2' } }, 'Dependencies'],
    ['the package manager', base, { ...base, packageManager: 'yarn@9' }, 'Dependencies'],
    ['a program', base, { ...base, bin: { ls: './evil.js' } }, 'Dependencies'],
    ['a workspace', base, { ...base, workspaces: ['evil'] }, 'Dependencies'],
  ];
  for (const [what, before, after, expected] of cases)
    for (const path of ['package.json', 'packages/a/package.json'])
      it(`${path}: ${what}`, () => {
        const sides = { base: file(JSON.stringify(before)), proposed: file(JSON.stringify(after)) };
        assert.equal(flagOf(path, sides), expected);
      });

  const untold: readonly (readonly [string, string | null, string | null])[] = [
    ['a new one', null, '{}'],
    ['a deleted one', '{}', null],
    ['one that is not JSON', '{}', '{'],
    ['one that was not JSON', '{', '{}'],
    ['a list', '[]', '[]'],
    ['one with a prototype', '{}', '{"__proto__":{"scripts":{}}}'],
    ['one with a disguised prototype', '{}', '{"\\u005f_proto__":{}}'],
  ];
  for (const [what, before, after] of untold)
    it(`cannot be told: ${what}`, () => {
      const content = (text: string | null) => (text === null ? null : file(text));
      const sides = { base: content(before), proposed: content(after) };
      assert.equal(flagOf('package.json', sides), 'Package scripts');
    });

  it('reads one with a byte order mark, and takes a name in other letters for what it may be', () => {
    const marked = (text: string) => file(`\ufeff${text}`);
    const sides = { base: marked('{"name":"a"}'), proposed: marked('{"name":"b"}') };
    assert.equal(flagOf('package.json', sides), null);
    assert.equal(flagOf('Package.json', sides), 'Package scripts');
  });
});

describe('accepting what is flagged', () => {
  const ci = '.github/workflows/ci.yml';

  it('takes no flagged file with everything or with a group, and takes it by its name', async () => {
    const bench = new ReviewBench({ [ci]: 'old\n', 'a.ts': 'old\n' });
    await bench.agent({ [ci]: 'new\n', 'a.ts': 'new\n' });
    const [group] = bench.review.record.groups;
    const { plan } = await bench.accept({ type: 'groups', groupIds: [group?.groupId ?? ''] });
    assert.match(
      plan.problems[0]?.reason ?? '',
      /needs an accept of its own\. CI file: .*by its name/u,
    );
    await bench.accept();
    assert.deepEqual(bench.liveTexts(), { [ci]: 'old\n', 'a.ts': 'new\n' });
    await bench.accept({ type: 'files', paths: [ci] });
    assert.deepEqual(bench.liveTexts(), { [ci]: 'new\n', 'a.ts': 'new\n' });
    await bench.undo();
    await bench.accept({ type: 'hunks', hunkIds: bench.hunkIds(ci) });
    assert.equal(bench.liveTexts()[ci], 'new\n');
  });

  it('leaves a file at its old place that moves to a flagged one', async () => {
    const bench = new ReviewBench({ 'tools/ci.yml': 'steps\n', 'tools/other.yml': 'x\n' });
    await bench.agent({ 'tools/ci.yml': null, [ci]: 'steps\n', 'tools/other.yml': null });
    const flags = bench.review.record.files.map(({ path, flag }) => [path, flag?.slice(0, 43)]);
    assert.deepEqual(flags, [
      [ci, 'CI file: it runs on your build machines.'],
      ['tools/ci.yml', `Moved to ${ci}. CI file:`],
      ['tools/other.yml', undefined],
    ]);
    await bench.accept();
    assert.deepEqual(bench.liveTexts(), { 'tools/ci.yml': 'steps\n' });
    await bench.accept({ type: 'files', paths: ['tools/ci.yml', ci] });
    assert.deepEqual(bench.liveTexts(), { [ci]: 'steps\n' });
  });

  it('takes no new program along, and no link at all', async () => {
    const bench = new ReviewBench({ 'run.sh': 'x\n', 'a.ts': 'old\n' });
    const overlay = bench.tree.startOverlay();
    overlay.write('run.sh', file('x\n', 0o100755));
    overlay.write('a.ts', file('new\n'));
    overlay.write('link', file('/etc/passwd', 0o120000));
    const merged = await bench.tree.mergeOverlay({ overlay, agentId: 1, groupTitle: 'Group' });
    assert.deepEqual(
      merged.conflicts.map(({ path }) => path),
      ['link'],
    );
    await bench.save();
    const { plan } = await bench.accept();
    assert.deepEqual(
      plan.problems.map(({ path }) => path),
      ['run.sh'],
    );
    assert.deepEqual(
      [bench.live.get('run.sh')?.mode, bench.liveTexts()['a.ts']],
      [0o100644, 'new\n'],
    );
  });
});

describe('changes of what a file is', () => {
  const [plain, program, link] = [0o100644, 0o100755, 0o120000] as const;
  const cases: readonly (readonly [string, number | null, number | null, string | null])[] = [
    ['becomes a program', plain, program, 'Executable'],
    ['is a new program', null, program, 'Executable'],
    ['is a program that changes', program, program, null],
    ['is a program no more', program, plain, null],
    ['is a program that goes', program, null, null],
    ['is new', null, plain, null],
    ['becomes a link', plain, link, 'Symbolic link'],
    ['is a new link', null, link, 'Symbolic link'],
  ];
  for (const [what, before, after, expected] of cases)
    it(`a file that ${what}`, () => {
      const sides = {
        base: before === null ? null : file('a', before),
        proposed: after === null ? null : file('b', after),
      };
      assert.equal(flagOf('run.sh', sides), expected);
    });

  it('the reason of the path comes first', () => {
    const sides = { base: null, proposed: file('x', program) };
    assert.equal(flagOf('.husky/pre-commit', sides), 'Git hooks and git settings');
  });
});
