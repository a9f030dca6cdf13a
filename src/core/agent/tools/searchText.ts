/** The search over an agent's files: most lie in shared memory and are not read at all. */
import { appendAll } from '../../../base/appendAll.ts';
import type { ComputeAnswer, ComputeTask } from '../../../protocol/threads/computeMessages.ts';
import { MAX_SEARCH_MATCHES, MAX_SEARCHED_CHARS, SEARCH_BATCH_CHARS } from '../../limits.ts';
import { computeUntrusted } from '../computeUntrusted.ts';
import { matchPaths, type FoundPaths } from './matchPaths.ts';
import { toolError, toolOk, type ToolContext, type ToolResult } from './tool.ts';

export interface TextSearch {
  readonly pattern: string;
  readonly glob?: string | undefined;
  readonly limit?: number | undefined;
}

type Match = Extract<ComputeAnswer, { type: 'matches' }>['matches'][number];
type PathText = Extract<ComputeTask, { type: 'search' }>['files'][number];

/** Lines that match, by path and line; at most as many as were asked for. */
export async function searchText(search: TextSearch, ctx: ToolContext): Promise<ToolResult> {
  const { glob } = search;
  const all = ctx.files.list();
  const chosen: FoundPaths =
    glob === undefined ? { type: 'paths', paths: all } : await matchPaths(glob, all, ctx);
  if (chosen.type === 'refused') return toolError(chosen.message);
  return new Search(search, ctx).run(chosen.paths);
}

class Search {
  readonly #search: TextSearch;
  readonly #ctx: ToolContext;
  readonly #maxMatches: number;
  /** The first file that found no room in the search. */
  #unsearched: string | null = null;

  constructor(search: TextSearch, ctx: ToolContext) {
    this.#search = search;
    this.#ctx = ctx;
    this.#maxMatches = search.limit ?? MAX_SEARCH_MATCHES;
  }

  async run(paths: readonly string[]): Promise<ToolResult> {
    const { corpus, toRead } = await this.#split(paths);
    const matches: Match[] = [];
    const batches = this.#batches(toRead);
    let batch = await batches.next();
    for (let isFirst = true; isFirst || batch.done !== true; isFirst = false) {
      const files = batch.done === true ? [] : batch.value;
      const answer = await this.#searchIn(files, isFirst ? corpus : undefined);
      if (answer.type === 'refused') return toolError(answer.message);
      if (answer.type !== 'matches') throw new Error(`A search was answered with ${answer.type}.`);
      appendAll(matches, answer.matches);
      if (answer.more || matches.length > this.#maxMatches) return this.#describe(matches, true);
      if (batch.done !== true) batch = await batches.next();
    }
    return this.#describe(matches, false);
  }

  /** What lies in shared memory, and what has to be read. */
  async #split(paths: readonly string[]): Promise<{
    readonly corpus: Extract<ComputeTask, { type: 'search' }>['corpus'];
    readonly toRead: readonly string[];
  }> {
    const { underneath } = this.#ctx.files;
    if (underneath === undefined) return { corpus: undefined, toRead: paths };
    const corpus = await underneath.corpus();
    const isThere = (path: string): boolean => corpus.knows(path) && underneath.isUnchanged(path);
    const wanted = new Set(paths);
    const absent = corpus.paths.filter((path) => !wanted.has(path) || !isThere(path));
    return {
      corpus: { shared: corpus.shared, absent },
      toRead: paths.filter((path) => !isThere(path)),
    };
  }

  /** Texts in portions that a message bears; nothing is read that is not asked for. */
  async *#batches(paths: readonly string[]): AsyncGenerator<PathText[]> {
    let [files, size, total]: [PathText[], number, number] = [[], 0, 0];
    for (const path of paths) {
      const file = await this.#ctx.files.readText(path);
      if (file.type !== 'text') continue;
      total += file.text.length;
      if (total > MAX_SEARCHED_CHARS) {
        this.#unsearched = path;
        break;
      }
      files.push({ path, text: file.text });
      size += file.text.length;
      if (size < SEARCH_BATCH_CHARS) continue;
      yield files;
      [files, size] = [[], 0];
    }
    if (files.length > 0) yield files;
  }

  #searchIn(
    files: PathText[],
    corpus: Extract<ComputeTask, { type: 'search' }>['corpus'],
  ): Promise<ComputeAnswer> {
    const { pattern } = this.#search;
    const maxMatches = this.#maxMatches;
    const task = { type: 'search' as const, pattern, files, maxMatches };
    const { compute, signal } = this.#ctx;
    return computeUntrusted(compute, corpus === undefined ? task : { ...task, corpus }, signal);
  }

  async #describe(found: Match[], more: boolean): Promise<ToolResult> {
    const unsearched =
      this.#unsearched === null
        ? ''
        : `\n${this.#unsearched} and what comes after it was not searched; give a glob.`;
    if (found.length === 0) return toolOk(`No line matches.${unsearched}`);
    const matches = found
      .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line))
      .slice(0, this.#maxMatches);
    // What the agent was shown of a file counts as read: a resume asks whether that is still the same.
    for (const path of new Set(matches.map((match) => match.path))) {
      await this.#ctx.files.readText(path);
    }
    const lines = matches.map((match) => `${match.path}:${match.line}: ${match.text}`);
    const rest = more ? '\n… and more; narrow the search' : '';
    return toolOk(lines.join('\n') + rest + unsearched);
  }
}
