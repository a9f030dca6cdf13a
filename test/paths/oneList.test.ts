import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { resolveTarget } from '../../src/apply/resolveTarget.ts';
import { OverlayFiles } from '../../src/core/agent/overlayFiles.ts';
import { RunTree } from '../../src/core/changes/tree/runTree.ts';
import { MemoryView } from '../core/changes/changesSupport.ts';
import {
  classifyPath,
  isProtectedPath,
  normaliseAgentPath,
} from '../../src/paths/protectedPaths.ts';
import { fc } from '../support/fastCheck.ts';

/** Paths that are looked at. */
const PATHS = 100_000;

/** Names that are on a list, near one, or disguised as one; and what stands between them. */
const NAMES = [
  '.git',
  '.GIT',
  'git~1',
  '.git ',
  '.g\u200bit',
  '.git.',
  '.git:stream',
  '.env',
  '.env.local',
  '.env.example',
  '.Env',
  '.env ',
  '.ssh',
  '.ssh/',
  'id_rsa',
  'id_rsa/ ',
  'ID_ED25519',
  'id_rsa.pub',
  'server.pem',
  'server.pem/',
  '.pem',
  'a.KEY',
  'key',
  '.netrc',
  '.git-credentials',
  '.vscode',
  'settings.json',
  'tasks.json',
  'launch.json',
  'extensions.json',
  'x.code-workspace',
  'src',
  'a.ts',
  '..',
  '.',
  '',
  ' ',
  'a b',
  '\u00e9',
  '\uff0egit',
  '.aaaa.old.muster-tmp',
  'package.json',
  '~',
  'C:',
];
const anyPath = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ maxLength: 6 })),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((names) => names.join('/'));

describe('The one list of protected paths', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'muster-paths-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it(`gives one answer to agents and to accepts (${PATHS} paths)`, async () => {
    const seen = { hidden: 0, readOnly: 0, flagged: 0, plain: 0 };
    let agent = newAgent();
    for (const [index, candidate] of fc.sample(anyPath, PATHS).entries()) {
      if (index % PATHS_AN_AGENT === 0) agent = newAgent();
      seen[classifyPath(candidate)] += 1;
      const expected = isProtectedPath(candidate);
      const { type } = await resolveTarget(folder, candidate);
      assert.equal(type === 'refused', expected || isUnusable(candidate), `accept: ${candidate}`);
      if (normaliseAgentPath(candidate).type === 'refused') continue;
      // Deleting what does not exist is done at once, unless the path is protected.
      const edit = await agent.take(candidate, null);
      assert.equal(edit.type === 'refused', expected, `agent: ${candidate}`);
    }
    // Every class was met often enough for the comparison to mean something.
    assert.ok(Math.min(...Object.values(seen)) > PATHS / 100, JSON.stringify(seen));
  });
});

/** Paths that one agent is asked for: what it looked at is remembered. */
const PATHS_AN_AGENT = 1_000;

function newAgent(): OverlayFiles {
  const tree = new RunTree({ snapshot: new MemoryView({}), snapshotTree: 'empty' });
  return new OverlayFiles(tree.startOverlay());
}

/** Names no file inside a folder. */
function isUnusable(candidate: string): boolean {
  const parts = candidate.split('/');
  return (
    path.isAbsolute(candidate) ||
    candidate.includes('\0') ||
    parts.some((part) => part === '' || part === '.' || part === '..')
  );
}
