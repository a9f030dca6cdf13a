import * as z from 'zod';
import { parseJson } from '../../base/json.ts';

const Line = z.looseObject({ kind: z.string() });

/** A transcript as Markdown for reading: each line a heading and its content as JSON. */
export function formatTranscript(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map(formatLine).join('\n');
}

function formatLine(line: string): string {
  const { kind, ...rest } = Line.parse(parseJson(line));
  const body = JSON.stringify(rest, null, 2).replaceAll('\\n', '\n');
  // Four backticks, so that a fence inside the content does not end the block.
  return `## ${kind}\n\n\`\`\`\`json\n${body}\n\`\`\`\`\n`;
}
