// Takes the pictures in media/screenshots/ anew, in a real VS Code.
// Usage: node scripts/screenshots.mjs [<theme> <suffix>]
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { prepareBrowser } from './bootstrap/prepareBrowser.mjs';
import { prepareVscode } from './bootstrap/prepareVscode.mjs';
import { BootstrapError, packagedNode, rootDir, run } from './bootstrap/run.mjs';
import { installPackages } from './bootstrap/installPackages.mjs';

async function main() {
  await installPackages();
  await run([packagedNode(), 'esbuild.config.mjs'], { cwd: rootDir });
  await prepareVscode();
  await prepareBrowser();
  const script = path.join(rootDir, 'test/e2e/support/takeScreenshots.ts');
  const child = spawn(packagedNode(), ['--import=tsx', script, ...process.argv.slice(2)], {
    cwd: rootDir,
    stdio: 'inherit',
  });
  child.once('exit', (code) => (process.exitCode = code ?? 1));
}

main().catch((error) => {
  console.error(error instanceof BootstrapError ? error.message : error);
  process.exitCode = 1;
});
