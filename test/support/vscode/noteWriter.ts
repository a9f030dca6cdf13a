import { readdirSync } from 'node:fs';
import { after, holdUntil, text, toolUse, type Reply } from '../messagesApi/replies.ts';
import type { MessagesApi } from '../messagesApi/startMessagesApi.ts';
import { toolResults, type WireRequest } from '../messagesApi/wireRequest.ts';
import type { TestWorkspace } from './testWorkspace.ts';

const answerMs = 150;

/**
 * A scripted model: as planner it proposes the script whose name the request holds, as agent it
 * writes the one note of its prompt and ends. Agents' answers wait while they are held.
 */
export class NoteWriter {
  readonly #scripts: Readonly<Record<string, string>>;
  #held: PromiseWithResolvers<undefined> | null = null;
  #firstHeld = 0;

  /** Scripts by a word of the request that asks for them. */
  constructor(scripts: Readonly<Record<string, string>>) {
    this.#scripts = scripts;
  }

  /** From now on agents of this number and above get no answer. */
  hold(firstNumber = 1): void {
    this.#firstHeld = firstNumber;
    this.#held ??= Promise.withResolvers();
  }

  /** Answers all agents that wait, and those that come. */
  release(): void {
    this.#held?.resolve(undefined);
    this.#held = null;
  }

  /** The answer to one request; undefined for a request that no script is for. */
  answer(request: WireRequest): Reply | undefined {
    if (request.tools?.some(({ name }) => name === 'propose_workflow') === true) {
      return this.#plan(request);
    }
    const reply = work(request);
    const held = numberOf(request) < this.#firstHeld ? null : this.#held;
    return held === null ? after(answerMs, reply) : holdUntil(held.promise, reply);
  }

  // The first message holds the request; later ones hold what the check said about the script.
  #plan({ messages: [first] }: WireRequest): Reply | undefined {
    const asked = JSON.stringify(first).split('<request>').at(-1) ?? '';
    const script = Object.entries(this.#scripts).find(([word]) => asked.includes(word))?.[1];
    return script === undefined
      ? undefined
      : toolUse('propose_workflow', { script, summary: 'As asked.' });
  }
}

/** A script with that many agents, each of which writes one note. */
export function notesScript(name: string, agentCount: number): string {
  return `export const meta = {
  name: '${name}',
  description: 'Writes one note for each number.',
  phases: [{ title: 'Write' }],
};
phase('Write');
const numbers = Array.from({ length: ${agentCount} }, (_, index) => index + 1);
const notes = await parallel(
  numbers.map((number) => () => agent('Write note #' + number + '#', { label: 'note ' + number })),
);
return notes.filter((note) => note !== null).length;
`;
}

/** The notes of agents that got their last answer, sorted. */
export function finishedNotes(api: MessagesApi): readonly string[] {
  return api.requests
    .flatMap(({ body, endedAt, closedByClient }) => {
      const isOver = endedAt !== undefined && !closedByClient;
      return isOver && body !== undefined && toolResults(body).length > 0 ? [noteOf(body)] : [];
    })
    .sort();
}

/** The notes that stand in the workspace itself, sorted. */
export function notesOnDisk(workspace: TestWorkspace): readonly string[] {
  const names = readdirSync(workspace.dir, { recursive: true }).map(String);
  return names.filter((name) => /^notes\/.*\.md$/u.test(name)).sort();
}

function work(request: WireRequest): Reply {
  if (toolResults(request).length > 0) return text('done');
  const path = noteOf(request);
  return toolUse('write_file', { path, text: `This is ${path}.\n` });
}

function noteOf(request: WireRequest): string {
  return `notes/${numberOf(request)}.md`;
}

function numberOf(request: WireRequest): number {
  const number = /Write note #(\d+)#/u.exec(JSON.stringify(request.messages[0]))?.[1];
  if (number === undefined) throw new Error('No note is named in the first message.');
  return Number(number);
}
