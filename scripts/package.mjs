// Packages what `npm run build` has made as an extension: muster-<version>.vsix, or the named file.
// Usage: node scripts/package.mjs [--out <file>]
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { BootstrapError, currentNode, rootDir, run } from './bootstrap/run.mjs';
import { portableReadme } from './package/portableReadme.mjs';

// Inside the folder, as vsce wants it; it becomes extension/readme.md.
const readmeFile = 'out/package/README.md';

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const { version } = JSON.parse(readFileSync(path.join(rootDir, 'package.json'), 'utf8'));
  const vsixFile = path.resolve(values.out ?? path.join(rootDir, `muster-${version}.vsix`));
  const readme = readFileSync(path.join(rootDir, 'README.md'), 'utf8');
  mkdirSync(path.join(rootDir, path.dirname(readmeFile)), { recursive: true });
  mkdirSync(path.dirname(vsixFile), { recursive: true });
  writeFileSync(path.join(rootDir, readmeFile), portableReadme(readme));
  await run([
    currentNode(),
    path.join(rootDir, 'node_modules/@vscode/vsce/vsce'),
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    // vsce would make addresses of the repository, which has no public one yet.
    '--no-rewrite-relative-links',
    '--readme-path',
    readmeFile,
    '--out',
    vsixFile,
  ]);
  console.log(`package: ${vsixFile} (${(statSync(vsixFile).size / 1e6).toFixed(2)} MB)`);
}

main().catch((error) => {
  console.error(error instanceof BootstrapError ? `\npackage: ${error.message}` : error);
  process.exitCode = 1;
});
