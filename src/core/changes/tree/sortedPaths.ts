/** Index of the first path that is not before the given one, in code-unit order. */
function lowerBound(paths: readonly string[], path: string): number {
  let low = 0;
  let high = paths.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((paths[middle] ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a sorted list has the path. */
export function includesPath(paths: readonly string[], path: string): boolean {
  return paths[lowerBound(paths, path)] === path;
}

/** A sorted copy with the path in it. */
export function withPath(paths: readonly string[], path: string): readonly string[] {
  const index = lowerBound(paths, path);
  return paths[index] === path ? paths : paths.toSpliced(index, 0, path);
}

/** A sorted copy without the path. */
export function withoutPath(paths: readonly string[], path: string): readonly string[] {
  const index = lowerBound(paths, path);
  return paths[index] === path ? paths.toSpliced(index, 1) : paths;
}

/** Why no file can stand at a path: a folder is there, or a file where a folder is needed; null when it can. */
export function whyNotPlaceable(
  view: { has(path: string): boolean; list(): readonly string[] },
  path: string,
): string | null {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    if (view.has(folder)) return `Cannot write ${path}: ${folder} is a file, not a folder.`;
  }
  const paths = view.list();
  if (paths[lowerBound(paths, `${path}/`)]?.startsWith(`${path}/`) === true)
    return `Cannot write ${path}: there is a folder of that name.`;
  return null;
}
