/** Which part of the workspace a request is about. */
export type Scope =
  | { readonly type: 'all' }
  | {
      readonly type: 'some';
      readonly folders: readonly string[];
      readonly files: readonly string[];
    }
  | { readonly type: 'missing'; readonly path: string };

const pathWithSlash =
  /(?<![\w/.-])(?:\.\/)?([\w.@-]+(?:\/[\w.@-]+)*\/|[\w.@-]+(?:\/[\w.@-]+)+)(?![\w/])/g;
const fileName = /(?<![\w/.-])([\w@-][\w.@-]*\.(?:js|cjs|mjs|jsx))(?![\w/])/g;
const folderWord =
  /\b(?:in|under|inside|within|of|from|below)\s+(?:the\s+)?[`'"]?([\w.@-]*[\w@-])[`'"]?(?:\s+(?:folder|directory|dir)\b)?|[`'"]?([\w.@-]*[\w@-])[`'"]?\s+(?:folder|directory|dir)\b/g;

/** Finds folders and files that a request names; `files` is null when the workspace is too large to list. */
export function findScope(request: string, files: readonly string[] | null): Scope {
  const folders = new Set<string>();
  const names = new Set<string>();
  for (const path of matches(pathWithSlash, request)) {
    const clean = path.replace(/^\.\//, '').replace(/[./]+$/, '');
    const kind = kindOf(clean, files);
    if (kind === 'folder') folders.add(clean);
    else if (kind === 'file') names.add(clean);
    else if (isClearlyPath(path, request)) return { type: 'missing', path: clean };
  }
  for (const name of matches(fileName, request))
    for (const path of filesNamed(name, files)) names.add(path);
  for (const word of matches(folderWord, request))
    if (files !== null && kindOf(word, files) === 'folder') folders.add(word);
  if (folders.size + names.size === 0) return { type: 'all' };
  return { type: 'some', folders: [...folders].sort(), files: [...names].sort() };
}

function matches(pattern: RegExp, text: string): readonly string[] {
  return [...text.matchAll(pattern)].map(([, first, second]) => first ?? second ?? '');
}

function kindOf(path: string, files: readonly string[] | null): 'file' | 'folder' | 'none' {
  if (files === null) {
    if (!path.includes('/')) return 'none';
    return /\.(?:js|cjs|mjs|jsx)$/.test(path) ? 'file' : 'none';
  }
  if (files.includes(path)) return 'file';
  return files.some((file) => file.startsWith(`${path}/`)) ? 'folder' : 'none';
}

// A bare name is a file only when the workspace has it, at the root or in exactly one place.
function filesNamed(name: string, files: readonly string[] | null): readonly string[] {
  if (files === null) return [];
  const found = files.filter((file) => file === name || file.endsWith(`/${name}`));
  return found.includes(name) ? [name] : found.length === 1 ? found : [];
}

function isClearlyPath(path: string, request: string): boolean {
  if (/\.(?:js|cjs|mjs|jsx)$/.test(path) || path.endsWith('/')) return true;
  const before = request.slice(0, request.indexOf(path));
  return /\b(?:in|under|inside|within|below|folder|directory)\s+(?:the\s+)?[`'"]?(?:\.\/)?$/i.test(
    before,
  );
}
