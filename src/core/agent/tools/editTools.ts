import * as z from 'zod';
import { plural } from '../../../base/format.ts';
import { MAX_WRITTEN_BYTES } from '../../limits.ts';
import { defineTool } from './defineTool.ts';
import { toolError, toolOk, type ToolContext, type ToolResult } from './tool.ts';
import { outsideWrites } from './writeScope.ts';

const path = z.string().min(1).describe('Path relative to the repository, with forward slashes.');

export const editFileTool = defineTool({
  name: 'edit_file',
  description:
    'Replaces a piece of text that occurs exactly once in a file. With all: true, every occurrence.',
  input: z.object({
    path,
    old_text: z.string().min(1).describe('Exact text, with enough around it to be unique.'),
    new_text: z.string(),
    all: z.boolean().optional(),
  }),
  run: async (input, ctx) => {
    const file = await ctx.files.readText(input.path);
    if (file.type === 'refused') return toolError(file.reason);
    const parts = file.text.split(input.old_text);
    const occurrences = parts.length - 1;
    if (occurrences === 0) return toolError(notFound(input.path, file.text, input.old_text));
    if (occurrences > 1 && input.all !== true) {
      return toolError(
        `old_text occurs ${occurrences} times in ${input.path}. Add lines around it, or set all.`,
      );
    }
    // Before it is made: a small edit can grow to more than a text can hold.
    const growth = occurrences * (input.new_text.length - input.old_text.length);
    if (file.text.length + growth > MAX_WRITTEN_BYTES) return toolError(tooLarge(input.path));
    const done = `Replaced ${plural(occurrences, 'occurrence')} in ${input.path}.`;
    return writeChecked(input.path, parts.join(input.new_text), done, ctx);
  },
});

export const writeFileTool = defineTool({
  name: 'write_file',
  description: 'Writes a whole file; creates it when it is not there.',
  input: z.object({ path, text: z.string() }),
  run: async (input, ctx) => writeChecked(input.path, input.text, `Wrote ${input.path}.`, ctx),
});

export const deleteFileTool = defineTool({
  name: 'delete_file',
  description: 'Deletes a file.',
  input: z.object({ path }),
  run: async (input, ctx) => {
    const refusal = await outsideWrites(input.path, ctx);
    if (refusal !== null) return toolError(refusal);
    const edit = await ctx.files.delete(input.path);
    return edit.type === 'done' ? toolOk(`Deleted ${input.path}.`) : toolError(edit.reason);
  },
});

export const moveFileTool = defineTool({
  name: 'move_file',
  description: 'Moves or renames a file; nothing may stand at the new path.',
  input: z.object({ from: path, to: path }),
  run: async ({ from, to }, ctx) => {
    const refusal = (await outsideWrites(from, ctx)) ?? (await outsideWrites(to, ctx));
    if (refusal !== null) return toolError(refusal);
    const edit = await ctx.files.move(from, to);
    return edit.type === 'done' ? toolOk(`Moved ${from} to ${to}.`) : toolError(edit.reason);
  },
});

async function writeChecked(
  target: string,
  text: string,
  done: string,
  ctx: ToolContext,
): Promise<ToolResult> {
  if (Buffer.byteLength(text) > MAX_WRITTEN_BYTES) {
    return toolError(tooLarge(target));
  }
  const refusal = await outsideWrites(target, ctx);
  if (refusal !== null) return toolError(refusal);
  const edit = await ctx.files.writeText(target, text);
  return edit.type === 'done' ? toolOk(done) : toolError(edit.reason);
}

function tooLarge(target: string): string {
  return `${target} would have over ${MAX_WRITTEN_BYTES} bytes, which is not allowed.`;
}

const HINT_CHARS = 60;

function notFound(target: string, text: string, wanted: string): string {
  const firstLine = wanted.split('\n').find((line) => line.trim() !== '') ?? '';
  const lineNumber = text.split('\n').findIndex((line) => line.trim() === firstLine.trim()) + 1;
  const hint =
    lineNumber > 0
      ? `Its first line stands at line ${lineNumber}, but what follows differs; read the file again.`
      : `Not even its first line "${firstLine.trim().slice(0, HINT_CHARS)}" is there; read the file again.`;
  return `old_text does not occur in ${target}. ${hint}`;
}
