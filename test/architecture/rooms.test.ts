/**
 * The import rules of ARCHITECTURE.md as a table. The modules are counted first: a check that sees no
 * modules is no check.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findArrows, lostArrows, root, sourceFiles, type Arrow } from './imports.ts';

interface Room {
  readonly folder: string;
  /** What it may import, beside itself. Each ends a name or a folder. */
  readonly may: readonly string[];
  /** The same, for types only. */
  readonly mayTypes?: readonly string[];
}

const PURE_NODE = ['node:crypto', 'node:path', 'node:assert', 'node:assert/strict'];
const PURE_PACKAGES = [
  'npm:zod',
  'npm:acorn',
  'npm:acorn-walk',
  'npm:diff',
  'npm:picomatch',
  'npm:yaml',
];
/** A function of Node's own crypto, and as pure as that. */
const PURE_HELPERS = ['src/node/sha256Hex.ts'];
const CORE_AND_BELOW = ['src/base/', 'src/paths/', 'src/protocol/', 'src/core/'];

/** The first room whose folder holds the file counts. */
const rooms: readonly Room[] = [
  { folder: 'src/base/', may: [] },
  { folder: 'src/node/', may: ['src/base/', 'node:'] },
  { folder: 'src/protocol/', may: ['src/base/', 'npm:zod'], mayTypes: ['node:worker_threads'] },
  { folder: 'src/paths/', may: ['npm:picomatch', 'src/base/'] },
  {
    folder: 'src/apply/',
    may: ['src/base/', 'src/node/', 'src/paths/', 'src/protocol/', 'node:'],
  },
  {
    folder: 'src/hostClient/',
    may: ['src/base/', 'src/node/', 'src/protocol/', 'node:', 'npm:vscode-jsonrpc', 'npm:zod'],
  },
  {
    folder: 'src/core/',
    may: [
      'src/base/',
      'src/paths/',
      'src/protocol/',
      ...PURE_NODE,
      ...PURE_HELPERS,
      ...PURE_PACKAGES,
    ],
  },
  {
    folder: 'src/worker/',
    may: [
      'src/base/',
      'src/protocol/',
      'node:worker_threads',
      'node:perf_hooks',
      'npm:zod',
      'npm:quickjs-wasi',
      'npm:ajv',
      'npm:ajv-formats',
      'npm:picomatch',
    ],
  },
  {
    folder: 'src/host/adapters/',
    may: [
      ...CORE_AND_BELOW,
      'src/node/',
      'node:',
      'npm:zod',
      'npm:piscina',
      'npm:@anthropic-ai/sdk',
      'npm:simple-git',
      'npm:sax',
      'npm:lebab',
      'npm:picomatch',
      'npm:@anthropic-ai/sandbox-runtime',
      'npm:diff',
    ],
  },
  {
    folder: 'src/host/',
    may: [
      ...CORE_AND_BELOW,
      'src/node/',
      'src/apply/',
      'src/hostClient/',
      'node:',
      'npm:zod',
      'npm:vscode-jsonrpc',
      'npm:picomatch',
      'npm:tar-stream',
    ],
  },
  {
    folder: 'src/cli/',
    may: [
      ...CORE_AND_BELOW,
      'src/node/',
      'src/apply/',
      'src/host/',
      'node:',
      'npm:commander',
      'npm:log-update',
      'npm:diff',
    ],
  },
  {
    folder: 'src/extension/',
    may: [
      'src/base/',
      'src/node/',
      'src/paths/',
      'src/protocol/',
      'src/apply/',
      'src/hostClient/',
      'node:',
      'npm:vscode',
      'npm:zod',
    ],
  },
  {
    folder: 'webview-ui/src/',
    may: [
      'src/base/',
      'src/protocol/',
      'npm:zod',
      'npm:preact',
      'npm:@preact/signals',
      'npm:markdown-it',
      'npm:@vscode/codicons',
    ],
  },
];

/** Modules of Node that only adapters and the processes' own plumbing may touch. */
const CHILD_PROCESSES_IN = ['src/host/adapters/', 'src/extension/hostProcess/'];

function wrongArrows(arrows: readonly Arrow[]): readonly string[] {
  return arrows.filter((arrow) => !isAllowed(arrow)).map(({ from, to }) => `${from} → ${to}`);
}

function isAllowed({ from, to, isTypeOnly }: Arrow): boolean {
  const room = rooms.find(({ folder }) => from.startsWith(folder));
  if (room === undefined) return false;
  if (
    to === 'node:child_process' &&
    !CHILD_PROCESSES_IN.some((folder) => from.startsWith(folder))
  ) {
    return false;
  }
  const names = isTypeOnly ? [...room.may, ...(room.mayTypes ?? [])] : room.may;
  const host = room.folder === 'src/host/' ? ['src/host/'] : [];
  return [room.folder, ...host, ...names].some((name) => isWithin(to, name));
}

function isWithin(to: string, name: string): boolean {
  return to === name || to.startsWith(/[/:]$/u.test(name) ? name : `${name}/`);
}

describe('The architecture', () => {
  let arrows: readonly Arrow[] = [];
  let files: string[] = [];

  before(async () => {
    files = await sourceFiles();
    arrows = await findArrows(root, ['src', 'webview-ui/src']);
  });

  it('is checked over every source file', () => {
    // A file may import nothing, or be imported by nothing, but hardly both.
    const seen = new Set(arrows.flatMap(({ from, to }) => [from, to]));
    assert.ok(files.length > 200, `only ${files.length} source files`);
    assert.deepEqual(
      files.filter((file) => !seen.has(file) && !file.endsWith('.d.ts')),
      // The bundler puts it in the place of a library.
      ['webview-ui/src/shared/noLinkify.ts'],
    );
  });

  it('is checked over the arrows that are known to be there', () => {
    const known = new Set(arrows.map(({ from, to }) => `${from} → ${to}`));
    assert.ok(arrows.length > 800, `only ${arrows.length} arrows`);
    for (const arrow of [
      'src/core/run/runEngine.ts → src/core/run/calls/callRouter.ts',
      'src/paths/protectedPaths.ts → npm:picomatch',
      'src/protocol/threads/scriptTask.ts → node:worker_threads',
      'src/extension/main.ts → npm:vscode',
      'src/host/adapters/script/piscinaScriptRunner.ts → npm:piscina',
    ]) {
      assert.ok(known.has(arrow), `${arrow} is not seen`);
    }
  });

  it('has no wrong arrow', () => assert.deepEqual(wrongArrows(arrows), []));

  it('has no import that leads nowhere', () => {
    // The sandbox runtime is looked up at run time by code that copes with its absence.
    const lost = lostArrows(arrows).filter((arrow) => !arrow.includes('sandbox-runtime'));
    assert.deepEqual(lost, []);
  });

  it('has no cycles', () => {
    assert.deepEqual(cyclesOf(arrows), []);
  });

  it('has no barrels', () => {
    assert.deepEqual(
      files.filter((file) => /(^|\/)index\.tsx?$/u.test(file)),
      [],
    );
  });

  it('has default exports in worker entries only', async () => {
    const entries = ['src/worker/compute/main.ts', 'src/worker/script/main.ts'];
    const found: string[] = [];
    for (const file of files) {
      const text = await readFile(join(root, file), 'utf8');
      if (/^export (?:default\b|\{[^}]*\bas default\b)/mu.test(text)) found.push(file);
    }
    assert.deepEqual(found, entries);
  });

  it('starts every process in a file called main', () => {
    const mains = files.filter((file) => /(^|\/)main\.tsx?$/u.test(file));
    assert.deepEqual(mains, [
      'src/cli/main.ts',
      'src/extension/main.ts',
      'src/host/main.ts',
      'src/worker/compute/main.ts',
      'src/worker/script/main.ts',
      'webview-ui/src/chat/main.tsx',
      'webview-ui/src/runTree/main.tsx',
    ]);
  });
});

/** Files that lead back to themselves, each cycle once, by its first file. */
function cyclesOf(arrows: readonly Arrow[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return cycles;
}

describe('The rules of the architecture', () => {
  const wrong: readonly (readonly [from: string, to: string])[] = [
    ['src/base/json.ts', 'npm:zod'],
    ['src/base/json.ts', 'src/protocol/plan.ts'],
    ['src/base/json.ts', 'node:path'],
    ['src/node/regularFile.ts', 'src/protocol/plan.ts'],
    ['src/core/run/a.ts', 'src/node/regularFile.ts'],
    ['src/protocol/plan.ts', 'src/core/limits.ts'],
    ['src/protocol/plan.ts', 'node:worker_threads'],
    ['src/core/run/a.ts', 'node:fs'],
    ['src/core/run/a.ts', 'src/node/pause.ts'],
    ['src/node/a.ts', 'src/protocol/plan.ts'],
    ['src/node/a.ts', 'npm:zod'],
    ['src/core/run/a.ts', 'node:fs/promises'],
    ['src/core/run/a.ts', 'node:child_process'],
    ['src/core/run/a.ts', 'node:timers'],
    ['src/core/run/a.ts', 'npm:piscina'],
    ['src/core/run/a.ts', 'npm:vscode'],
    ['src/core/run/a.ts', 'npm:@anthropic-ai/sdk'],
    ['src/core/run/a.ts', 'npm:zod-extra'],
    ['src/core/run/a.ts', 'src/host/main.ts'],
    ['src/core/run/a.ts', 'src/worker/script/main.ts'],
    ['src/worker/script/a.ts', 'src/core/limits.ts'],
    ['src/worker/script/a.ts', 'node:fs'],
    ['src/worker/script/a.ts', 'src/host/hostLock.ts'],
    ['src/host/runs/a.ts', 'npm:piscina'],
    ['src/host/runs/a.ts', 'npm:@anthropic-ai/sdk'],
    ['src/host/runs/a.ts', 'npm:@anthropic-ai/sdk/resources/messages'],
    ['src/host/runs/a.ts', 'node:child_process'],
    ['src/host/main.ts', 'npm:vscode'],
    ['src/host/main.ts', 'src/extension/main.ts'],
    ['src/host/main.ts', 'src/cli/main.ts'],
    ['src/host/adapters/a.ts', 'npm:vscode'],
    ['src/host/adapters/a.ts', 'src/host/hostServices.ts'],
    ['src/extension/a.ts', 'src/core/limits.ts'],
    ['src/extension/a.ts', 'src/host/hostLock.ts'],
    ['src/extension/a.ts', 'npm:piscina'],
    ['src/extension/review/a.ts', 'node:child_process'],
    ['src/cli/a.ts', 'npm:vscode'],
    ['src/cli/a.ts', 'npm:@anthropic-ai/sdk'],
    ['src/cli/a.ts', 'src/extension/main.ts'],
    ['webview-ui/src/chat/a.tsx', 'src/core/limits.ts'],
    ['webview-ui/src/chat/a.tsx', 'node:path'],
    ['webview-ui/src/chat/a.tsx', 'npm:vscode'],
    ['src/elsewhere/a.ts', 'src/base/json.ts'],
  ];
  for (const [from, to] of wrong) {
    it(`refuse ${from} → ${to}`, () => {
      assert.deepEqual(wrongArrows([{ from, to, isTypeOnly: false, isDynamic: false }]), [
        `${from} → ${to}`,
      ]);
    });
  }

  it('allow a type where a value would be wrong, and nothing more', () => {
    const from = 'src/protocol/a.ts';
    assert.deepEqual(
      wrongArrows([{ from, to: 'node:worker_threads', isTypeOnly: true, isDynamic: false }]),
      [],
    );
    assert.equal(
      wrongArrows([{ from, to: 'node:fs', isTypeOnly: true, isDynamic: false }]).length,
      1,
    );
  });

  it('find a cycle', () => {
    const arrow = (from: string, to: string) => ({ from, to, isTypeOnly: false, isDynamic: false });
    assert.deepEqual(cyclesOf([arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'b')]), ['b → c → b']);
  });

  it('catch wrong imports in real files, of whatever kind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'architecture-'));
    try {
      const sources: Readonly<Record<string, string>> = {
        'src/base/a.ts': "import type { B } from '../core/b.ts';\nexport type A = B;\n",
        'src/core/b.ts':
          "import { readFile } from 'node:fs/promises';\nexport type B = typeof readFile;\n",
        'src/core/c.ts': "export const load = () => import('../host/d.ts');\n",
        'src/core/e.ts': "export * from '../host/d.ts';\n",
        'src/core/f.ts': "import type { Uri } from 'vscode';\nexport type F = Uri;\n",
        'src/host/d.ts': "import { spawn } from 'child_process';\nexport const d = spawn;\n",
      };
      for (const [path, text] of Object.entries(sources)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      assert.deepEqual(wrongArrows(await findArrows(folder, ['src'])).toSorted(), [
        'src/base/a.ts → src/core/b.ts',
        'src/core/b.ts → node:fs/promises',
        'src/core/c.ts → src/host/d.ts',
        'src/core/e.ts → src/host/d.ts',
        'src/core/f.ts → npm:vscode',
        'src/host/d.ts → node:child_process',
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
