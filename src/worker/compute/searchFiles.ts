import { errorText } from '../../base/errorText.ts';
import { candidatesOf } from './searchCorpus.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/threads/computeMessages.ts';

type SearchTask = Extract<ComputeTask, { type: 'search' }>;

/** Characters of a matching line that are shown; a minified file has one line of megabytes. */
const MAX_LINE_CHARS = 400;

/** Matching lines in the order of the files; stops at the limit. */
export function searchFiles(task: SearchTask): ComputeAnswer {
  let pattern: RegExp;
  try {
    pattern = new RegExp(task.pattern, 'u');
  } catch (error) {
    return { type: 'refused', message: `The pattern cannot be read: ${errorText(error)}` };
  }
  const matches = collectMatches(task, pattern);
  const more = matches.length > task.maxMatches;
  return { type: 'matches', matches: matches.slice(0, task.maxMatches), more };
}

function collectMatches(
  task: SearchTask,
  pattern: RegExp,
): Extract<ComputeAnswer, { type: 'matches' }>['matches'] {
  const matches: { path: string; line: number; text: string }[] = [];
  for (const file of inOrder(task)) {
    const lines = file.text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (!pattern.test(line)) continue;
      matches.push({ path: file.path, line: index + 1, text: line.slice(0, MAX_LINE_CHARS) });
      if (matches.length > task.maxMatches) return matches;
    }
  }
  return matches;
}

/** The given texts and those of the corpus, by path: what is found does not depend on where a text lies. */
function* inOrder({ corpus, files, pattern }: SearchTask): Generator<SearchTask['files'][number]> {
  const given = [...files];
  const found = corpus === undefined ? [] : candidatesOf(corpus, pattern);
  for (const candidate of found) {
    while (given[0] !== undefined && given[0].path < candidate.path) {
      yield given[0];
      given.shift();
    }
    yield candidate;
  }
  yield* given;
}
