// Starts a real VS Code in the browser on a copy of the sample project, with the built extension.
// Usage: npm run vscode [-- <workspace folder>]
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { installPackages } from './bootstrap/installPackages.mjs';
import { prepareVscode } from './bootstrap/prepareVscode.mjs';
import { BootstrapError, packagedNode, rootDir, run } from './bootstrap/run.mjs';

async function main() {
  await installPackages();
  await run([packagedNode(), 'esbuild.config.mjs'], { cwd: rootDir });
  await prepareVscode();
  const script = path.join(rootDir, 'test/support/vscode/serve.ts');
  const child = spawn(packagedNode(), ['--import=tsx', script, ...process.argv.slice(2)], {
    cwd: rootDir,
    stdio: 'inherit',
  });
  // The child gets Ctrl+C as well and tidies up; this process waits for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', (code) => (process.exitCode = code ?? 1));
}

main().catch((error) => {
  console.error(error instanceof BootstrapError ? error.message : error);
  process.exitCode = 1;
});
