/** What the files of the product import, and which files there are. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IModule } from 'dependency-cruiser';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One import. `to` is a file of ours, `npm:name` or `node:name`. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
}

export async function findModules(baseDir: string, folders: readonly string[]): Promise<IModule[]> {
  // The package has no entry for require(), which is what a static import becomes here.
  const { cruise } = await import('dependency-cruiser');
  const { output } = await cruise(
    [...folders],
    {
      baseDir,
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
      moduleSystems: ['es6', 'cjs'],
    },
    {
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.d.ts'],
      conditionNames: ['node', 'import', 'require', 'types', 'default'],
    },
  );
  assert.ok(typeof output === 'object', 'the cruise gives its modules');
  return output.modules.filter(({ source }) => folders.some((folder) => source.startsWith(folder)));
}

export function arrowsOf(modules: readonly IModule[]): Arrow[] {
  return modules.flatMap(({ source, dependencies }) =>
    dependencies.map((dependency) => ({
      from: source,
      to: targetOf(dependency),
      isTypeOnly: dependency.dependencyTypes.some((type) => type === 'type-only'),
    })),
  );
}

function targetOf({ module, resolved, coreModule }: IModule['dependencies'][number]): string {
  if (coreModule) return module.startsWith('node:') ? module : `node:${module}`;
  if (/^\.{0,2}\//u.test(module)) return resolved;
  return `npm:${module}`;
}

export async function sourceFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ['src', 'webview-ui/src']) {
    for (const entry of await readdir(join(root, folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile() || !/\.tsx?$/u.test(entry.name)) continue;
      found.push(relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    }
  }
  return found.sort();
}
