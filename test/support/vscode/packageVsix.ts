import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { nodeExecutable, outDir, repositoryDir } from './paths.ts';
import { runToEnd } from './runToEnd.ts';

const packageDeadlineMs = 120_000;

/** A packaged extension. */
export interface PackagedExtension {
  readonly vsixPath: string;
  readonly sizeBytes: number;
}

/** Packages an extension folder as it is (nothing is built) into out/. */
export async function packageVsix(
  options: { readonly extensionDir?: string; readonly name?: string } = {},
): Promise<PackagedExtension> {
  const vsixPath = path.join(outDir, `${options.name ?? 'muster'}.vsix`);
  await mkdir(outDir, { recursive: true });
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
      // The pictures in README.md have no public address before the repository has one.
      '--no-rewrite-relative-links',
    ],
    cwd: options.extensionDir ?? repositoryDir,
    deadlineMs: packageDeadlineMs,
  });
  return { vsixPath, sizeBytes: (await stat(vsixPath)).size };
}
