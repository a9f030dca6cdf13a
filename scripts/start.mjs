/** `npm start`: the main job, end to end, on a copy of the sample project, with the offline provider. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const rootDir = path.resolve(import.meta.dirname, '..');
const request = 'Modernise this project to ES6 and keep its tests passing';

const demoDir = mkdtempSync(path.join(tmpdir(), 'muster-demo-'));
const workspaceDir = path.join(demoDir, 'stockroom');
const stateDir = path.join(demoDir, 'state');
cpSync(path.join(rootDir, 'media/sample'), workspaceDir, { recursive: true });

const before = fingerprint(workspaceDir);
console.log(`Muster works on a copy of the sample project: ${workspaceDir}`);
console.log(`Request: ${request}\n`);

const cli = path.join(rootDir, 'dist/cli.cjs');
const options = ['--cwd', workspaceDir, '--state-dir', stateDir];
// The sample's tests are ours, and the offline provider's edits are made by fixed rules: this consent is safe here.
const consent = ['--yes', '--unsandboxed'];
const run = spawnSync(
  process.execPath,
  [cli, 'run', request, '--provider', 'offline', ...consent, ...options],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
if (run.status !== 0) {
  console.error(`The run ended with exit code ${run.status ?? run.signal}.`);
  process.exit(run.status ?? 1);
}

const after = fingerprint(workspaceDir);
const changed = [...after].filter(([file, hash]) => before.get(file) !== hash);
if (changed.length > 0 || after.size !== before.size) {
  console.error(`The workspace was changed although nothing was accepted: ${changed.join(', ')}`);
  process.exit(1);
}

console.log(`\nChecked: all ${after.size} files of the copy are byte-identical to before.\n`);
console.log('To see and accept the proposals in the terminal:');
console.log(`  node dist/cli.cjs proposals last --patch ${options.join(' ')}`);
console.log(`  node dist/cli.cjs accept last --all ${options.join(' ')}`);
console.log('To review in VS Code:  npm run vscode');
console.log(
  'To use a real model:   ANTHROPIC_API_KEY=… node dist/cli.cjs run "…" --cwd <your project>',
);

/** SHA-256 of every file below a folder, by path. */
function fingerprint(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  return new Map(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [file, createHash('sha256').update(readFileSync(file)).digest('hex')];
      }),
  );
}
