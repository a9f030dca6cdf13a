import { oneLine } from '../../../base/format.ts';

/** Text of the script's or the model's that must not act as markup. */
export function plain(text: string): string {
  return oneLine(text, 200).replaceAll(/[\\`*_[\]<>#|]/gu, '\\$&');
}

/** One line of text inside backticks. */
export function code(text: string): string {
  return `\`${oneLine(text, 200).replaceAll('`', "'")}\``;
}

/** Text of somebody else, marked as such line by line, so that no line of it can pass for the report's own. */
export function quote(text: string): string {
  const lines = text.trim().split(/\r\n|[\n\r\u2028\u2029]/u);
  return lines.map((line) => `> ${line.replaceAll('<', '&lt;')}`.trimEnd()).join('\n');
}

/** The first rows, and how many there are beside them; the journal and the run tree have them all. */
export function firstRows(rows: readonly string[], most: number): string[] {
  if (rows.length <= most) return [...rows];
  return [...rows.slice(0, most), `- … and ${rows.length - most} more`];
}
