import type { ScriptTask } from '../../protocol/scriptTask.ts';

/** Line and column, both from 1, in the script that the user saw; null where the stack names neither. */
export function errorPosition(
  stack: string,
  task: Pick<ScriptTask, 'fileName' | 'linesBefore'>,
): { readonly line: number | null; readonly column: number | null } {
  for (const frame of stack.split('\n')) {
    const at = frame.lastIndexOf(`${task.fileName}:`);
    if (at < 0) continue;
    const numbers = /^(\d+)(?::(\d+))?/u.exec(frame.slice(at + task.fileName.length + 1));
    const line = Number(numbers?.[1]) - task.linesBefore;
    if (line >= 1) return { line, column: numbers?.[2] === undefined ? null : Number(numbers[2]) };
  }
  return { line: null, column: null };
}
