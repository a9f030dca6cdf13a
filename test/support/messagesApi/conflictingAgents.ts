import { fail, holdUntil, text, toolUse, toolUses, type Reply } from './replies.ts';
import { blocksOf, toolResults, type WireRequest } from './wireRequest.ts';

/** One replacement in the file that both agents change. */
interface Replacement {
  readonly from: string;
  readonly to: string;
}

/** What the two agents do. */
export interface Disagreement {
  readonly path: string;
  readonly early: readonly Replacement[];
  readonly late: readonly Replacement[];
  /** A file that the early agent writes beside. */
  readonly creates?: { readonly path: string; readonly text: string } | undefined;
}

/** The labels of the two agents. */
export const earlyLabel = 'Translate the greeting';
export const lateLabel = 'Shorten the greeting';

const earlyPrompt = 'Do it early';
const latePrompt = 'Do it late';
const latchPrompt = 'Look at what is merged';

/** A script with two agents of one start, of which the second ends after the first one's edits are merged. */
export const disagreementScript = `export const meta = {
  name: 'Two minds',
  description: 'Two agents change the same line.',
  phases: [{ title: 'Edit' }],
};
phase('Edit');
const late = agent('${latePrompt}', { label: '${lateLabel}', group: 'Short texts' });
await agent('${earlyPrompt}', { label: '${earlyLabel}', group: 'Translations' });
await agent('${latchPrompt}', { label: 'Look' });
return await late;
`;

/**
 * A scripted model for `disagreementScript`, also as the planner that proposes it. The late agent is
 * refused when it is asked to do its work again, so that its edits are kept aside for certain.
 */
export class ConflictingAgents {
  readonly #what: Disagreement;
  readonly #lateBegan = Promise.withResolvers<undefined>();
  readonly #earlyMerged = Promise.withResolvers<undefined>();
  #lateAttempts = 0;

  constructor(what: Disagreement) {
    this.#what = what;
  }

  answer(request: WireRequest): Reply | undefined {
    if (request.tools?.some(({ name }) => name === 'propose_workflow') === true) {
      return toolUse('propose_workflow', { script: disagreementScript, summary: 'As asked.' });
    }
    const prompt = promptOf(request);
    const isOver = toolResults(request).length > 0;
    if (prompt.includes(earlyPrompt)) {
      return isOver ? text('early') : holdUntil(this.#lateBegan.promise, this.#edit('early'));
    }
    if (prompt.includes(latePrompt)) {
      return isOver ? holdUntil(this.#earlyMerged.promise, text('late')) : this.#beginLate();
    }
    if (!prompt.includes(latchPrompt)) return undefined;
    this.#earlyMerged.resolve(undefined);
    return text('looked');
  }

  #beginLate(): Reply {
    this.#lateAttempts += 1;
    this.#lateBegan.resolve(undefined);
    return this.#lateAttempts === 1
      ? this.#edit('late')
      : fail(400, { message: 'I would rather not.' });
  }

  #edit(who: 'early' | 'late'): Reply {
    const { path, creates } = this.#what;
    const edits = this.#what[who].map(({ from, to }) => {
      return { name: 'edit_file', input: { path, old_text: from, new_text: to } };
    });
    const isCreating = who === 'early' && creates !== undefined;
    return toolUses([...edits, ...(isCreating ? [{ name: 'write_file', input: creates }] : [])]);
  }
}

function promptOf({ messages: [first] }: WireRequest): string {
  return blocksOf(first?.content ?? '')
    .map((block) => block.text ?? '')
    .join('\n');
}
