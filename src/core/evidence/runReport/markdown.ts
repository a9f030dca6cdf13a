import { oneLine } from '../../../base/format.ts';

/** Text of the script's or the model's that must not act as markup; cut to so many characters. */
export function plain(text: string, most = 200): string {
  return inert(oneLine(text, most).replaceAll(/[\\`*_#|]/gu, '\\$&'));
}

/**
 * The same Markdown without what loads or runs when a preview shows it: images, links and raw HTML. Some
 * previews fetch an image without being asked, and its address can carry away what an agent has read.
 */
function inert(text: string): string {
  return text
    .replaceAll(/[[\]]/gu, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/\b(?:https?|ftp|file|command|vscode|data|javascript):/giu, (scheme) =>
      scheme.replace(':', '\\:'),
    );
}

/** One line of text inside backticks: long enough for most paths and commands. */
export function code(text: string): string {
  return `\`${oneLine(text, 400).replaceAll('`', "'")}\``;
}

/** Text of somebody else, marked as such line by line, so that no line of it can pass for the report's own. */
export function quote(text: string): string {
  const lines = text.trim().split(/\r\n|[\n\r\u2028\u2029]/u);
  return lines.map((line) => `> ${inert(line)}`.trimEnd()).join('\n');
}

/** The first rows, and how many there are beside them; the journal and the run tree have them all. */
export function firstRows(rows: readonly string[], most: number): string[] {
  if (rows.length <= most) return [...rows];
  return [...rows.slice(0, most), `- … and ${rows.length - most} more`];
}
