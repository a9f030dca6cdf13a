import type { ComputeTask } from '../../protocol/threads/computeMessages.ts';
import { requiredLiteral } from './requiredLiteral.ts';

type Corpus = NonNullable<Extract<ComputeTask, { type: 'search' }>['corpus']>;
interface PathText {
  readonly path: string;
  readonly text: string;
}

/** Corpora whose list of paths is kept: as many runs as work at once in most workspaces. */
const MAX_KEPT_LISTS = 4;

const lists = new Map<string, readonly string[]>();

/** The texts of the corpus in which the pattern may match, in the order of their paths. */
export function* candidatesOf(corpus: Corpus, pattern: string): Generator<PathText> {
  const paths = pathsOf(corpus);
  const ends = new Uint32Array(corpus.shared.ends);
  const texts = Buffer.from(corpus.shared.texts);
  const absent = new Set(corpus.absent);
  for (const index of indexesOf(texts, ends, requiredLiteral(pattern))) {
    const path = paths[index];
    if (path === undefined || absent.has(path)) continue;
    yield { path, text: texts.toString('utf8', startOf(ends, index), ends[index]) };
  }
}

function pathsOf({ shared }: Corpus): readonly string[] {
  const known = lists.get(shared.listId);
  if (known !== undefined) return known;
  // Written by the host for this thread: an array of texts.
  const paths = JSON.parse(Buffer.from(shared.paths).toString('utf8')) as readonly string[];
  if (lists.size >= MAX_KEPT_LISTS) lists.clear();
  lists.set(shared.listId, paths);
  return paths;
}

/** Indexes of the texts that hold the literal; all of them where there is none to look for. */
function* indexesOf(texts: Buffer, ends: Uint32Array, literal: string | null): Generator<number> {
  if (literal === null) {
    yield* ends.keys();
    return;
  }
  const wanted = Buffer.from(literal);
  let index = 0;
  let at = texts.indexOf(wanted);
  while (at >= 0) {
    while ((ends[index] ?? Infinity) <= at) index += 1;
    const end = ends[index] ?? 0;
    // One that begins in this text and ends in the next is in neither.
    if (at + wanted.length <= end) {
      yield index;
      at = texts.indexOf(wanted, end);
    } else at = texts.indexOf(wanted, at + 1);
  }
}

function startOf(ends: Uint32Array, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] ?? 0);
}
