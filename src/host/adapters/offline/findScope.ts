/** Which part of the workspace a request is about. */
export type Scope =
  | {
      readonly type: 'found';
      /** Both empty for the whole workspace. */
      readonly folders: readonly string[];
      readonly files: readonly string[];
      /** Folders and files that the request wants left alone. */
      readonly excluded: readonly string[];
    }
  | { readonly type: 'missing'; readonly path: string };

const pathWithSlash =
  /(?<![\w/.@-])(?:\.\/)?([\w.@-]+(?:\/[\w.@-]+)*\/|[\w.@-]+(?:\/[\w.@-]+)+)(?![\w/])/g;
const fileName = /(?<![\w/.@-])([\w@-][\w.@-]*\.(?:js|cjs|mjs|jsx))(?![\w/])/g;
const bareWord = /(?<![\w/.@-])([\w@-][\w.@-]*[\w@-]|\w)(?![\w/@-])/g;
const script = /\.(?:js|cjs|mjs|jsx)$/;

const leftAlone =
  /\b(?:except|excluding|without|not|don['’]?t|skip|ignore|ignoring|leave|leaving|keep|but)\b[^.;:]{0,40}$/i;
const pointsInto =
  /\b(?:in|under|inside|within|below|folder|directory)\s+(?:the\s+)?[`'"]?(?:\.\/)?$/i;

// Folder names that are common in requests for another meaning; they count only in "the … folder".
const commonWords: ReadonlySet<string> = new Set(
  'a an and api app apps build class classes code docs es6 function functions import imports js javascript modern module modules old project template templates test tests the var vars'.split(
    ' ',
  ),
);

/** Finds folders and files that a request names; `files` is null when the workspace is too large to list. */
export function findScope(request: string, files: readonly string[] | null): Scope {
  const found = { folders: new Set<string>(), files: new Set<string>() };
  const excluded = new Set<string>();
  for (const { path, before, after } of mentions(request)) {
    const kind = kindOf(path, { before, after, files });
    if (kind === 'none') continue;
    if (kind === 'missing') return { type: 'missing', path };
    const isExcluded = leftAlone.test(before);
    const targets = kind === 'folder' ? [path] : filesNamed(path, files);
    for (const target of targets) {
      if (isExcluded) excluded.add(kind === 'folder' ? `${target}/**` : target);
      else (kind === 'folder' ? found.folders : found.files).add(target);
    }
  }
  return {
    type: 'found',
    folders: [...found.folders].sort(),
    files: [...found.files].sort(),
    excluded: [...excluded].sort(),
  };
}

interface Mention {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

function mentions(request: string): readonly Mention[] {
  return [pathWithSlash, fileName, bareWord].flatMap((pattern) =>
    [...request.matchAll(pattern)].map((match) => ({
      path: (match[1] ?? '').replace(/[./]+$/, ''),
      before: request.slice(0, match.index),
      after: request.slice(match.index + match[0].length),
    })),
  );
}

function kindOf(
  path: string,
  { before, after, files }: Omit<Mention, 'path'> & { readonly files: readonly string[] | null },
): 'file' | 'folder' | 'missing' | 'none' {
  const isNested = path.includes('/');
  if (files === null) return isNested && script.test(path) ? 'file' : 'none';
  if (script.test(path) && filesNamed(path, files).length > 0) return 'file';
  const isNamedFolder = /^[`'"]?\s+(?:folder|directory|dir)\b/.test(after);
  if (files.some((file) => file.startsWith(`${path}/`)))
    return isNested || isNamedFolder || !commonWords.has(path.toLowerCase()) ? 'folder' : 'none';
  const isClearlyPath = script.test(path) || isNamedFolder || (isNested && pointsInto.test(before));
  return isClearlyPath && (isNested || script.test(path)) ? 'missing' : 'none';
}

// A bare name means the file at the root, or else the only one of that name.
function filesNamed(name: string, files: readonly string[] | null): readonly string[] {
  if (files === null || files.includes(name)) return [name];
  const found = files.filter((file) => file.endsWith(`/${name}`));
  return found.length === 1 && !name.includes('/') ? found : [];
}
