/** Paths that may be proposed and are never part of a bulk accept, with what a reviewer is told. */
export interface FlaggedPaths {
  /** In lower case; compared with folded paths. */
  readonly globs: readonly string[];
  readonly reason: string;
}

/**
 * On the lists is what runs without anybody asking for it (on install, commit, push, open, or on build
 * machines), what decides which code of others is installed, what the usual commands of a project run,
 * and what later agents obey. Not on them is what is code like any other: sources, tests, configuration of
 * linters and bundlers, Dockerfiles; and what changes no behaviour, such as .editorconfig and .gitignore.
 * The first match gives the reason.
 */
export const FLAGGED_PATHS: readonly FlaggedPaths[] = [
  {
    globs: [
      '**/*.{lock,lockfile,lockb}',
      '**/{package-lock,npm-shrinkwrap,packages.lock}.json',
      '**/{pnpm-lock,conda-lock}.{yaml,yml}',
      '**/{go.sum,go.work.sum,package.resolved,cartfile.resolved,pylock.toml,.terraform.lock.hcl}',
      '**/pylock.*.toml',
    ],
    reason: 'Lock file: it decides which third-party code is installed.',
  },
  {
    globs: [
      '**/.github/{workflows,actions}/**',
      '**/.github/*.{yml,yaml,json,json5}',
      '**/.{circleci,buildkite,woodpecker,ci,forgejo,gitea,gitlab,semaphore,teamcity,tekton,azure-pipelines,azuredevops,builds}/**',
      '**/{.gitlab-ci,.travis,.drone,.woodpecker,.cirrus,.build,bitbucket-pipelines,appveyor,.appveyor,action,cloudbuild,buildspec,codemagic,screwdriver,wercker}.{yml,yaml}',
      '**/{azure-pipelines,.gitlab-ci}*.{yml,yaml}',
      '**/{jenkinsfile,jenkinsfile.*,*.jenkinsfile,netlify.toml,vercel.json}',
      '**/{renovate.json,renovate.json5,.renovaterc,.renovaterc.json}',
    ],
    reason: 'CI file: it runs on your build machines.',
  },
  {
    globs: ['**/codeowners'],
    reason: 'Code owners: they decide who must approve a change.',
  },
  {
    globs: ['**/package.{json,json5,yaml}'],
    reason: 'Package scripts: they run on install, build or commit.',
  },
  {
    globs: [
      '**/{.npmrc,.pnpmfile.*,pnpm-workspace.yaml,.yarnrc,.yarnrc.yml,.pnp.*,bunfig.toml,.bunfig.toml}',
      '**/.yarn/**',
      '**/.{cargo,bundle}/**',
      '**/{pip.conf,pip.ini,uv.toml,nuget.config,.gemrc,.condarc}',
    ],
    reason: 'Package manager settings: they decide where code comes from and what runs on install.',
  },
  {
    globs: [
      '**/{cargo.toml,pyproject.toml,pipfile,setup.py,setup.cfg,gemfile,*.gemspec,go.mod,go.work,composer.json}',
      '**/requirements*.{txt,in}',
      '**/requirements/*.{txt,in}',
      '**/{pom.xml,*.gradle,*.gradle.kts,libs.versions.toml,directory.packages.props}',
      '**/{package.swift,podfile,pubspec.yaml,mix.exs,deno.json,deno.jsonc,build.rs}',
    ],
    reason:
      'Dependencies and build: it decides which third-party code is installed, or runs on install.',
  },
  {
    globs: [
      '**/{makefile,gnumakefile,makefile.{am,in,inc},*.mk,justfile,.justfile,rakefile,noxfile.py,tox.ini}',
      '**/taskfile.{yml,yaml}',
      '**/{gradlew,gradlew.bat,mvnw,mvnw.cmd}',
      '**/{.mvn,gradle/wrapper}/**',
    ],
    reason: 'Build tasks: they run with your rights when you build, test or install.',
  },
  {
    globs: [
      '**/.{husky,githooks,git-hooks,lefthook,lefthook-local}/**',
      '**/{,.}lefthook{,-local}.{yml,yaml,toml,json}',
      '**/.pre-commit-{config,hooks}.{yml,yaml}',
      '**/{.overcommit.yml,.lintstagedrc,.lintstagedrc.*,lint-staged.config.*,.huskyrc,.huskyrc.*}',
      '**/{,.}simple-git-hooks.*',
      '**/{.gitmodules,.gitattributes,.gitconfig,.git-blame-ignore-revs}',
    ],
    reason: 'Git hooks and git settings: they run or act on your machine.',
  },
  {
    globs: [
      '**/{agents,claude,gemini,qwen,agents.*,claude.*,gemini.*}.md',
      '**/.{claude,muster,cursor,codex,gemini,agents,agent,opencode,windsurf,roo,kiro,junie,continue,trae,openhands,amazonq,augment,clinerules}/**',
      '**/.{cursorrules,windsurfrules,clinerules,roorules,goosehints,rules,worktreeinclude}',
      '**/{opencode.json,opencode.jsonc,.mcp.json,mcp.json,.aider.*}',
      '**/.github/copilot-instructions.md',
      '**/.github/{instructions,prompts,chatmodes,agents}/**',
    ],
    reason: 'Instructions: later agents obey this file.',
  },
  {
    globs: [
      '**/.{vscode,idea,vs,fleet,zed,idx}/**',
      '**/{*.sublime-project,.dir-locals.el,.exrc,.vimrc,.nvimrc,.nvim.lua}',
    ],
    reason: 'Editor settings: editors act on them when you open the folder.',
  },
  {
    globs: [
      '**/{.envrc,.devcontainer.json,.replit,mise.toml,.mise.toml,.tool-versions}',
      '**/.{devcontainer,mise}/**',
      '**/.gitpod.*',
    ],
    reason: 'Environment file: it runs when you open the folder.',
  },
  {
    // A new file under such a folder is, on Windows, a new file in the folder that it stands for.
    globs: ['', '/**'].map((rest) => `**/*~[0-9]{,[0-9]}{,.*}${rest}`),
    reason:
      'Short name: Windows may resolve it to another name, which may be on one of these lists.',
  },
];
