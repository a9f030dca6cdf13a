import { holdUntil, text, toolUse, type Reply } from '../../support/messagesApi/replies.ts';
import { blocksOf, type WireRequest } from '../../support/messagesApi/wireRequest.ts';
import { promptOf } from '../../host/support/obedientModel.ts';

/** What an agent asks its `run_command` for. */
export interface WantedCommand {
  readonly command: string;
  readonly cwd?: string;
}

/**
 * A scripted model whose agents run the commands of their prompt, one a turn, whatever they are
 * told, and then end. The first turn waits while it is held.
 */
export class CheckingAgent {
  #held: PromiseWithResolvers<undefined> | null = null;
  readonly #marker = 'RUN ONE BY ONE ';

  /** What an agent is asked, so that it runs these commands. */
  promptFor(commands: readonly WantedCommand[]): string {
    return `${this.#marker}${JSON.stringify(commands)}`;
  }

  /** From now on agents wait before their first command. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Lets all agents begin that wait, and those that come. */
  release(): void {
    this.#held?.resolve(undefined);
    this.#held = null;
  }

  /** The answer to one request; undefined for a request that no agent of this kind has sent. */
  answer(request: WireRequest): Reply | undefined {
    const [, wanted] = promptOf(request).split(this.#marker);
    const isAgent = request.tools?.some(({ name }) => name === 'run_command') === true;
    if (wanted === undefined || !isAgent) return undefined;
    const turn = request.messages.filter(({ role }) => role === 'assistant').length;
    const next = readCommands(wanted)[turn];
    const reply = next === undefined ? text('done') : toolUse('run_command', next);
    return turn === 0 && this.#held !== null ? holdUntil(this.#held.promise, reply) : reply;
  }
}

/** The texts that an agent got for its commands so far, in their order. */
export function commandResults({ messages }: WireRequest): readonly string[] {
  return messages
    .flatMap(({ content }) => blocksOf(content))
    .filter(({ type }) => type === 'tool_result')
    .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
}

// A parse boundary: the text is what promptFor wrote.
function readCommands(json: string): readonly WantedCommand[] {
  return JSON.parse(json) as readonly WantedCommand[];
}
