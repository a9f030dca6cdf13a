import * as z from 'zod';
import { MAX_LISTED_FILES, MAX_SEARCH_MATCHES } from '../../limits.ts';
import { defineTool } from './defineTool.ts';
import { matchPaths } from './matchPaths.ts';
import { searchText } from './searchText.ts';
import { toolError, toolOk } from './tool.ts';

const path = z.string().min(1).describe('Path relative to the repository, with forward slashes.');

export const readFileTool = defineTool({
  name: 'read_file',
  description: 'Returns the text of a file, or of a range of its lines.',
  input: z.object({
    path,
    startLine: z.number().int().min(1).optional().describe('First line, from 1.'),
    endLine: z.number().int().min(1).optional().describe('Last line, included.'),
  }),
  run: async (input, ctx) => {
    const file = await ctx.files.readText(input.path);
    if (file.type === 'refused') return toolError(file.reason);
    if (input.startLine === undefined && input.endLine === undefined) return toolOk(file.text);
    const lines = file.text.split('\n');
    return toolOk(lines.slice((input.startLine ?? 1) - 1, input.endLine).join('\n'));
  },
});

export const listFilesTool = defineTool({
  name: 'list_files',
  description: 'Returns the sorted paths that match a glob, one a line.',
  input: z.object({
    glob: z.string().min(1).describe('For example src/**/*.ts'),
    limit: z.number().int().min(1).max(MAX_LISTED_FILES).optional(),
  }),
  run: async (input, ctx) => {
    const found = await matchPaths(input.glob, ctx.files.list(), ctx);
    if (found.type === 'refused') return toolError(found.message);
    const limit = input.limit ?? MAX_LISTED_FILES;
    const shown = found.paths.slice(0, limit);
    if (shown.length === 0) return toolOk('No file matches.');
    const more = found.paths.length - shown.length;
    return toolOk(shown.join('\n') + (more > 0 ? `\n… and ${more} more` : ''));
  },
});

export const searchTextTool = defineTool({
  name: 'search_text',
  description: 'Returns the lines that match a regular expression, as path:line: text.',
  input: z.object({
    pattern: z.string().min(1).max(1000).describe('JavaScript regular expression, flag u.'),
    glob: z.string().min(1).optional().describe('Only in files that match.'),
    limit: z.number().int().min(1).max(MAX_SEARCH_MATCHES).optional(),
  }),
  run: (input, ctx) => searchText(input, ctx),
});
