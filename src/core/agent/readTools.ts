import * as z from 'zod';
import { MAX_LISTED_FILES, MAX_SEARCH_MATCHES } from '../limits.ts';
import { computeUntrusted } from './computeUntrusted.ts';
import { defineTool } from './defineTool.ts';
import { toolError, toolOk, type ToolContext, type ToolResult } from './tool.ts';

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
    const found = await matchPaths(input.glob, ctx);
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
  run: async (input, ctx) => {
    const found = await matchPaths(input.glob ?? '**', ctx);
    if (found.type === 'refused') return toolError(found.message);
    return searchPaths(found.paths, input.pattern, input.limit ?? MAX_SEARCH_MATCHES, ctx);
  },
});

type FoundPaths =
  | { readonly type: 'paths'; readonly paths: readonly string[] }
  | { readonly type: 'refused'; readonly message: string };

async function matchPaths(glob: string, ctx: ToolContext): Promise<FoundPaths> {
  const task = { type: 'glob' as const, globs: [glob], paths: [...ctx.files.list()] };
  const answer = await computeUntrusted(ctx.compute, task, ctx.signal);
  if (answer.type === 'paths') return answer;
  if (answer.type === 'refused') return answer;
  throw new Error(`The compute pool answered a glob with ${answer.type}.`);
}

async function searchPaths(
  paths: readonly string[],
  pattern: string,
  maxMatches: number,
  ctx: ToolContext,
): Promise<ToolResult> {
  const files: { path: string; text: string }[] = [];
  for (const candidate of paths) {
    const file = await ctx.files.readText(candidate);
    if (file.type === 'text') files.push({ path: candidate, text: file.text });
  }
  const task = { type: 'search' as const, pattern, files, maxMatches };
  const answer = await computeUntrusted(ctx.compute, task, ctx.signal);
  if (answer.type === 'refused') return toolError(answer.message);
  if (answer.type !== 'matches') throw new Error(`The compute pool answered with ${answer.type}.`);
  if (answer.matches.length === 0) return toolOk('No line matches.');
  const lines = answer.matches.map((match) => `${match.path}:${match.line}: ${match.text}`);
  return toolOk(lines.join('\n') + (answer.more ? '\n… and more; narrow the search' : ''));
}
