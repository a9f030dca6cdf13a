import sax from 'sax';
import { JunitDraft } from '../../../../core/evidence/reports/junitDraft.ts';
import { sumOf } from '../../../../core/evidence/reports/joinReadings.ts';
import type { Reading } from '../../../../core/evidence/reports/reportDraft.ts';
import type { TestReport } from '../../../../core/ports/testReports.ts';

/** Failure messages stand in attributes; the parser refuses longer ones than this. */
const MAX_ATTRIBUTE_CHARS = 4 * 1024 * 1024;
/** A line that a document can begin with, whatever was printed before it. */
const LINE_END = /\r\n|\n|\r/u;
const DOCUMENT_START = /^[ \t]*(?:<\?xml |<testsuites?[ >])/mu;

/** Reads JUnit XML: a file of it, or documents in the midst of an output. Null where one of them is broken. */
export function readJunitReport(text: string): Reading | null {
  const reports: TestReport[] = [];
  let position = 0;
  for (;;) {
    const start = DOCUMENT_START.exec(text.slice(position))?.index;
    if (start === undefined) break;
    const document = readDocument(text, position + start);
    if (document === null) return null;
    reports.push(document.report);
    position = document.end;
  }
  if (reports.length === 0) return null;
  return { report: sumOf(reports), lastLine: text.slice(0, position).split(LINE_END).length - 1 };
}

interface ReadDocument {
  readonly report: TestReport;
  readonly end: number;
}

/** Line by line, because what follows the document's end is none of its text. */
function readDocument(text: string, start: number): ReadDocument | null {
  const draft = new JunitDraft();
  const problem = { found: false };
  const parser = parserFor(draft, problem);
  let position = start;
  while (position < text.length && !problem.found && !draft.isComplete) {
    const lineEnd = text.indexOf('\n', position);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    parser.write(text.slice(position, end));
    position = end;
  }
  const report = problem.found ? null : draft.finish();
  return report === null ? null : { report, end: position };
}

function parserFor(draft: JunitDraft, problem: { found: boolean }): sax.SAXParser {
  // Strict: only XML's own five entities are known, so that nothing can be made to expand.
  Object.assign(sax, { MAX_BUFFER_LENGTH: MAX_ATTRIBUTE_CHARS });
  const parser = sax.parser(true, { position: false });
  const refuse = (): void => {
    problem.found = true;
  };
  parser.onerror = refuse;
  parser.ondoctype = refuse;
  parser.onopentag = ({ name, attributes }) => draft.open(name, textsOf(attributes));
  parser.onclosetag = () => draft.close();
  return parser;
}

function textsOf(
  attributes: sax.Tag['attributes'] | sax.QualifiedTag['attributes'],
): Readonly<Record<string, string>> {
  const { name, classname } = attributes;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof classname === 'string' ? { classname } : {}),
  };
}
