import picomatch from 'picomatch';
import * as z from 'zod';
import { errorText } from '../../base/errorText.ts';
import type { Json } from '../../base/json.ts';
import type { SyncAnswer } from '../../protocol/threads/scriptMessages.ts';

const globs = z.union([z.string().min(1), z.array(z.string().min(1))]);
const FilesParams = z.tuple([
  globs,
  z.object({
    limit: z.number().int().nonnegative().nullish(),
    exclude: globs.nullish(),
  }),
]);

/**
 * Answers files(): the sorted paths that match. Runs in the script's own worker thread, so that a glob
 * made to be slow stalls only the script that wrote it.
 */
export function matchFiles(paths: readonly string[], params: Json): SyncAnswer {
  const parsed = FilesParams.safeParse(params);
  if (!parsed.success) {
    return refuse(
      'files() needs a glob, and options { limit, exclude } with a glob or a list of globs.',
    );
  }
  const [include, { limit, exclude }] = parsed.data;
  try {
    const isIncluded = picomatch(include, { dot: true });
    const isExcluded = exclude ? picomatch(exclude, { dot: true }) : () => false;
    const matches = paths.filter((path) => isIncluded(path) && !isExcluded(path));
    return { type: 'value', json: JSON.stringify(matches.slice(0, limit ?? undefined)) };
  } catch (error) {
    return refuse(`files() cannot read the glob ${JSON.stringify(include)}: ${errorText(error)}`);
  }
}

function refuse(message: string): SyncAnswer {
  return { type: 'throw', error: { name: 'Error', message } };
}
