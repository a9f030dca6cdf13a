import * as z from 'zod';
import { oneLine } from '../../../base/format.ts';
import type { DirectoryChange } from '../../ports/fileView.ts';
import {
  COMMAND_OUTPUT_END_CHARS,
  COMMAND_TIMEOUT_MS,
  MAX_COMMAND_CHARS,
  MAX_COMMAND_TIMEOUT_MS,
} from '../../limits.ts';
import type { AgentCommandOutcome } from '../agentCommands.ts';
import { defineTool } from './defineTool.ts';
import { outsideWrites } from './writeScope.ts';
import { toolError, toolOk, type ToolContext } from './tool.ts';

type Ran = Extract<AgentCommandOutcome, { type: 'ran' }>;

export const runCommandTool = defineTool({
  name: 'run_command',
  description:
    'Runs a shell command on your copy of the files. A person may have to allow it, and may refuse. It has no network and no input. Files that it changes count as your edits.',
  input: z.object({
    command: z
      .string()
      .trim()
      .min(1)
      .max(MAX_COMMAND_CHARS)
      .refine((command) => !command.includes('\0'), 'it must not contain NUL'),
    cwd: z.string().optional().describe('Folder to start in.'),
    timeoutMs: z.number().int().min(1).max(MAX_COMMAND_TIMEOUT_MS).optional(),
  }),
  run: async ({ command, cwd, timeoutMs }, ctx) => {
    const folder = readFolder(cwd ?? '');
    if (folder === null) return toolError(`cwd ${oneLine(cwd ?? '', 200)} leaves the repository.`);
    const request = { command, cwd: folder, timeoutMs: timeoutMs ?? COMMAND_TIMEOUT_MS };
    const outcome = await ctx.commands.run(request);
    if (outcome.type === 'refused') return toolError(outcome.reason);
    return toolOk(describe(outcome, await takeChanges(outcome.changes, ctx), request.timeoutMs));
  },
});

/** Null where it would lead out of the repository. */
function readFolder(cwd: string): string | null {
  if (cwd.includes('\0') || cwd.includes('\\') || cwd.startsWith('/')) return null;
  const names = cwd.split('/').filter((name) => name !== '' && name !== '.');
  return names.includes('..') ? null : names.join('/');
}

interface Taken {
  readonly kept: readonly string[];
  readonly leftOut: readonly string[];
}

/** What the command changed becomes the agent's own edits, under the rules for them. */
async function takeChanges(changes: readonly DirectoryChange[], ctx: ToolContext): Promise<Taken> {
  const kept: string[] = [];
  const leftOut: string[] = [];
  for (const change of changes) {
    const reason = await takeChange(change, ctx);
    if (reason === null) kept.push(change.path);
    else leftOut.push(`${change.path} (${reason})`);
  }
  return { kept, leftOut };
}

async function takeChange(change: DirectoryChange, ctx: ToolContext): Promise<string | null> {
  if (change.type === 'leftOut') return change.reason;
  if (!ctx.canWrite) return 'you can read files, not change them';
  const refusal = await outsideWrites(change.path, ctx);
  if (refusal !== null) return refusal;
  const edit = await ctx.files.take(change.path, change.content);
  return edit.type === 'done' ? null : edit.reason;
}

function describe(ran: Ran, { kept, leftOut }: Taken, timeoutMs: number): string {
  return [
    endOf(ran, timeoutMs),
    ...listed('Files that it changed', kept),
    ...listed('Changes that were not kept', leftOut),
    ran.output === '' ? 'It printed nothing.' : `It printed:\n${cutMiddle(ran.output)}`,
  ].join('\n');
}

function endOf({ timedOut, stopped, exitCode, durationMs }: Ran, timeoutMs: number): string {
  if (timedOut) return `Stopped: it was not finished after ${timeoutMs / 1000} s.`;
  if (stopped !== undefined) return `Stopped: ${stopped}.`;
  return `Exit code ${exitCode ?? 'unknown'} after ${(durationMs / 1000).toFixed(1)} s.`;
}

const MAX_LISTED_CHANGES = 50;

function listed(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - MAX_LISTED_CHANGES;
  const shown = items.slice(0, MAX_LISTED_CHANGES).join(', ');
  return [`${title}: ${shown}${more > 0 ? ` and ${more} more` : ''}.`];
}

/** Both ends say most: what was run, and how it ended. */
function cutMiddle(output: string): string {
  const cut = output.length - 2 * COMMAND_OUTPUT_END_CHARS;
  if (cut <= 0) return output;
  const head = output.slice(0, COMMAND_OUTPUT_END_CHARS);
  return `${head}\n… ${cut} characters left out …\n${output.slice(-COMMAND_OUTPUT_END_CHARS)}`;
}
