/** owner.json of a run's folder: the process that runs it, and how others reach that process. */
import path from 'node:path';
import * as z from 'zod';
import { processIdentity } from '../adapters/locks/processIdentity.ts';
import { readIfThere } from '../../node/readIfThere.ts';
import { socketAnswers } from '../../node/socketAnswers.ts';
import { parseJsonAs } from '../../base/parseJsonAs.ts';

/** Where a process takes orders, and the secret that its first request must name. */
export interface ControlEndpoint {
  readonly socket: string;
  readonly token: string;
}

/** Gives this process's endpoint, opening it at the first call; null where none can be opened. */
export type OpenEndpoint = () => Promise<ControlEndpoint | null>;

export const RunOwner = z.object({
  pid: z.number().int(),
  startTime: z.number(),
  /** See processIdentity. */
  identity: z.string().nullable(),
  socket: z.string().nullable().default(null),
  token: z.string().nullable().default(null),
  /** The owner is done with the run, though its process may live on. */
  released: z.boolean().default(false),
});
export type RunOwner = z.infer<typeof RunOwner>;

/** Where a run's owner is named. */
export function ownerPath(directory: string): string {
  return path.join(directory, 'owner.json');
}

/** The process that ran a run last; null when none ever did. It may be long gone. */
export async function readOwner(directory: string): Promise<RunOwner | null> {
  return parseOwner(await readOwnerText(directory));
}

/** The file's text; empty when there is none. */
export async function readOwnerText(directory: string): Promise<string> {
  return (await readIfThere(ownerPath(directory))) ?? '';
}

/** Null for a text that names nobody. */
export function parseOwner(text: string): RunOwner | null {
  return parseJsonAs(RunOwner, text);
}

/** Whether that very process still lives and has not given the run back. */
export async function isOwnerAlive(owner: RunOwner): Promise<boolean> {
  if (owner.released) return false;
  const identity = await processIdentity(owner.pid);
  if (identity === null || identity !== owner.identity) return false;
  // Elsewhere the identity says only that some process has this number.
  if (process.platform === 'linux' || owner.socket === null) return true;
  return socketAnswers(owner.socket);
}
