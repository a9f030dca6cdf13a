import * as z from 'zod';
import { RunTreeToWebview } from '../../../src/protocol/webviews/runTreeMessages.ts';

// Compiled parsers need eval, which the page's policy forbids.
z.config({ jitless: true });

/** Parses what the extension sends; null for what does not fit the schema. */
export function parseRunTreeMessage(data: unknown): RunTreeToWebview | null {
  const result = RunTreeToWebview.safeParse(data);
  return result.success ? result.data : null;
}
