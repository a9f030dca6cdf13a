// Makes a fresh clone ready to build or to test. Runs before anything is installed, on Node 20.20.
// Usage: node scripts/bootstrap.mjs build|test
import process from 'node:process';
import { checkPrograms } from './bootstrap/checkPrograms.mjs';
import { installPackages } from './bootstrap/installPackages.mjs';
import { prepareBrowser } from './bootstrap/prepareBrowser.mjs';
import { prepareSandboxTools } from './bootstrap/prepareSandboxTools.mjs';
import { prepareVscode } from './bootstrap/prepareVscode.mjs';
import { BootstrapError, currentNode, rootDir, run } from './bootstrap/run.mjs';

const purpose = process.argv[2];

async function main() {
  if (purpose !== 'build' && purpose !== 'test') {
    throw new BootstrapError('Usage: node scripts/bootstrap.mjs build|test');
  }
  checkPrograms();
  const packages = installPackages();
  // What is only downloaded comes meanwhile, and what needs the packages begins when they are there.
  await Promise.all([
    packages.then(() => run([currentNode(), 'esbuild.config.mjs'], { cwd: rootDir })),
    ...(purpose === 'test' ? testTools(packages) : []),
  ]);
}

function testTools(packages) {
  return [
    process.env.MUSTER_VSCODE ? undefined : prepareVscode(packages),
    packages.then(prepareBrowser),
    prepareSandboxTools(),
  ];
}

main().catch((error) => {
  console.error(error instanceof BootstrapError ? `\nbootstrap: ${error.message}` : error);
  process.exitCode = 1;
});
