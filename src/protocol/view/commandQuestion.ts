/** How the question whether an agent may run a command is put into one line. */
import { oneLine } from '../../base/format.ts';
import { visibleText } from '../../base/visibleText.ts';

/** Characters of an agent's label in a question: where lines are cut, the command is what must be left. */
const MAX_LABEL_CHARS = 40;

/** What an answer says that also holds for equal commands of the run. */
export const FOR_RUN_NOTE = 'for this run';

/** The question in one line, however long the command is. */
export function commandQuestion(label: string, command: string): string {
  return `May “${shortLabel(label)}” run ${commandLine(command)}?`;
}

/** An agent's label beside a command. */
export function shortLabel(label: string): string {
  return oneLine(visibleText(label), MAX_LABEL_CHARS);
}

/** A command in one line, of which a reader sees every character that is not a space. */
export function commandLine(command: string): string {
  return visibleText(command).replaceAll(/\s+/gu, ' ').trim();
}
