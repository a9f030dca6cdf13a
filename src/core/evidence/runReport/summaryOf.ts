import { cutText } from '../../../base/format.ts';
import type { Json } from '../../../base/json.ts';
import { quote } from './markdown.ts';

/** A page or two: a summary that is longer hides the report that it stands in. */
const MAX_SUMMARY_CHARS = 8000;

/** What a script returned for people to read: a text, or the `summary` or `report` of an object; null without one. */
export function summaryOf(result: Json): string | null {
  if (typeof result === 'string') return result.trim() === '' ? null : result;
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return null;
  for (const [key, value] of Object.entries(result)) {
    const isNamed = key === 'summary' || key === 'report';
    if (isNamed && typeof value === 'string' && value.trim() !== '') return value;
  }
  return null;
}

/** The only section that is not of this program's making, and marked as such; '' without a summary. */
export function describeSummary(summary: string | null): string {
  if (summary === null) return '';
  return [
    '## The workflow’s summary',
    '',
    '*Returned by the script. A model may have written it; nobody has checked it.*',
    '',
    quote(cutText(summary, MAX_SUMMARY_CHARS)),
  ].join('\n');
}
