import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { nodeExecutable, probeExtensionDir, repositoryDir } from './paths.ts';
import { runToEnd } from './runToEnd.ts';

const packageDeadlineMs = 120_000;

let musterVsix: Promise<string> | undefined;

/** The product as built, packaged: by the test run (MUSTER_TEST_VSIX), or once in this process. */
export function packageMuster(): Promise<string> {
  const made = process.env['MUSTER_TEST_VSIX'];
  musterVsix ??= made === undefined ? packageInto(temporaryFile('muster')) : Promise.resolve(made);
  return musterVsix;
}

/** The probe extension, packaged. */
export async function packageProbe(): Promise<string> {
  const vsixPath = temporaryFile('probe');
  await runToEnd({
    command: [
      nodeExecutable,
      path.join(repositoryDir, 'node_modules/@vscode/vsce/vsce'),
      'package',
      '--no-dependencies',
      '--skip-license',
      '--allow-missing-repository',
      '--out',
      vsixPath,
    ],
    cwd: probeExtensionDir,
    deadlineMs: packageDeadlineMs,
  });
  return vsixPath;
}

async function packageInto(vsixPath: string): Promise<string> {
  const script = path.join(repositoryDir, 'scripts/package.mjs');
  await runToEnd({
    command: [nodeExecutable, script, '--out', vsixPath],
    deadlineMs: packageDeadlineMs,
  });
  return vsixPath;
}

function temporaryFile(name: string): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'muster-vsix-'));
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true });
  });
  return path.join(directory, `${name}.vsix`);
}
