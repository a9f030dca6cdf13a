import { errorText } from '../../base/errorText.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/computeMessages.ts';

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
  for (const file of task.files) {
    const lines = file.text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (!pattern.test(line)) continue;
      matches.push({ path: file.path, line: index + 1, text: line.slice(0, MAX_LINE_CHARS) });
      if (matches.length > task.maxMatches) return matches;
    }
  }
  return matches;
}
