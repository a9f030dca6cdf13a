/** What the files of the product import, and which files there are. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor, type Expression } from 'oxc-parser';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One import. `to` is a file of ours, `npm:name` or `node:name`. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Gone once the file is JavaScript. */
  readonly isTypeOnly: boolean;
  /** Loaded when it is called for, not with the file. */
  readonly isDynamic: boolean;
}

/** The imports of all source files below the folders, by `import`, `export from`, `import()` and `require()`. */
export async function findArrows(
  baseDir: string,
  folders: readonly string[],
): Promise<readonly Arrow[]> {
  const files = await sourceFiles(baseDir, folders);
  const arrows = await Promise.all(
    files.map(async (from) =>
      importsIn(from, await readFile(join(baseDir, from), 'utf8')).map((found) => ({
        ...found,
        from,
        to: targetOf(from, found.request),
      })),
    ),
  );
  return arrows.flat();
}

/** Imports whose target is not there; `vscode` is given by the editor. */
export function lostArrows(arrows: readonly Arrow[]): readonly string[] {
  const isThere = (to: string): boolean => {
    if (to.startsWith('node:')) return isBuiltin(to);
    if (!to.startsWith('npm:')) return existsSync(join(root, to));
    const [scope, name] = to.slice('npm:'.length).split('/');
    const folder = scope?.startsWith('@') ? join(scope, name ?? '') : (scope ?? '');
    return to === 'npm:vscode' || existsSync(join(root, 'node_modules', folder));
  };
  return arrows.filter(({ to }) => !isThere(to)).map(({ from, to }) => `${from} → ${to}`);
}

interface FoundImport {
  readonly request: string;
  readonly isTypeOnly: boolean;
  readonly isDynamic: boolean;
}

function importsIn(file: string, text: string): readonly FoundImport[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message ?? ''}`);
  const found: FoundImport[] = [];
  const add = (request: unknown, isTypeOnly: boolean, isDynamic = false): void => {
    if (typeof request === 'string') found.push({ request, isTypeOnly, isDynamic });
  };
  new Visitor({
    ImportDeclaration: ({ source, importKind }) => add(source.value, importKind === 'type'),
    ExportNamedDeclaration: ({ source, exportKind }) => add(source?.value, exportKind === 'type'),
    ExportAllDeclaration: ({ source, exportKind }) => add(source.value, exportKind === 'type'),
    ImportExpression: ({ source }) => add(literalOf(source), false, true),
    TSImportType: ({ source }) => add(source.value, true),
    CallExpression: ({ callee, arguments: [first] }) => {
      const isRequire = callee.type === 'Identifier' && callee.name === 'require';
      if (isRequire && first?.type === 'Literal') add(first.value, false);
    },
  }).visit(program);
  return found;
}

function literalOf(expression: Expression): unknown {
  return expression.type === 'Literal' ? expression.value : undefined;
}

function targetOf(from: string, request: string): string {
  if (request.startsWith('.')) return posix.join(posix.dirname(from), request);
  if (isBuiltin(request)) return request.startsWith('node:') ? request : `node:${request}`;
  return `npm:${request}`;
}

export async function sourceFiles(
  baseDir = root,
  folders: readonly string[] = ['src', 'webview-ui/src'],
): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(join(baseDir, folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile() || !/\.tsx?$/u.test(entry.name)) continue;
      found.push(relative(baseDir, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    }
  }
  return found.sort();
}
