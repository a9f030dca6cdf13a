import type { ReportDraft, Reading } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';

/** Understands the lines of one runner and puts what they say into a draft. */
export interface LineReader {
  readonly draft: ReportDraft;
  line(text: string, index: number): void;
  /** The output ends here, another script begins, or a part is missing: what was open is at its end. */
  endPart(): void;
}

/** Null where the runner that the reader knows did not finish a run in this output. */
export function readWith(reader: LineReader, lines: readonly ReportLine[]): Reading | null {
  lines.forEach((line, index) => {
    if (line.type === 'text') {
      reader.line(line.text, index);
      return;
    }
    // A total may be the last thing before.
    reader.line('', index);
    reader.endPart();
    if (line.type === 'cut') reader.draft.cut();
    else reader.draft.script();
  });
  reader.line('', lines.length);
  reader.endPart();
  return reader.draft.finish();
}

/** Number of spaces that a line begins with. */
export function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** A stack of titles by their indentation. */
export class OpenTitles {
  #titles: { readonly indent: number; readonly title: string }[] = [];

  /** The titles above a line of this indentation, outermost first. */
  above(indent: number): readonly string[] {
    while ((this.#titles.at(-1)?.indent ?? -1) >= indent) this.#titles.pop();
    return this.#titles.map(({ title }) => title);
  }

  open(indent: number, title: string): void {
    this.above(indent);
    this.#titles.push({ indent, title });
  }

  clear(): void {
    this.#titles = [];
  }
}
