import { createHash } from 'node:crypto';
import { blocksOf } from './wireRequest.ts';
import type { WireRequest } from './wireRequest.ts';

/** What a request's input costs, split the way the API bills it. */
export type InputUsage = {
  readonly inputTokens: number;
  readonly cacheCreationTokens: number;
  readonly cacheReadTokens: number;
};

/** A request's input usage, and `commit`, which makes its prefixes readable for later requests. */
export type CachePlan = { readonly usage: InputUsage; readonly commit: () => void };

// The API looks for an earlier entry at most this many blocks before a breakpoint.
const lookbackBlocks = 20;

/**
 * The server's prompt cache. An entry is written by the first request that marks a prefix and is
 * read by requests which arrive after that one began to answer, never by those beside it.
 */
export class PromptCache {
  private readonly known = new Set<string>();

  /** Works out the usage of a request as things stand now; changes nothing before `commit`. */
  plan(request: WireRequest): CachePlan {
    const parts = partsOf(request);
    const totalTokens = tokensOf(parts.reduce((sum, part) => sum + part.size, 0));
    if (!parts.some((part) => part.isBreakpoint)) {
      return {
        usage: { inputTokens: totalTokens, cacheCreationTokens: 0, cacheReadTokens: 0 },
        commit: () => undefined,
      };
    }
    const prefixes = prefixesOf(request.model, parts);
    const written = prefixes.filter((prefix) => prefix.isBreakpoint);
    const read = this.longestKnown(prefixes);
    const marked = written.at(-1)?.tokens ?? 0;
    return {
      usage: {
        inputTokens: totalTokens - marked,
        cacheCreationTokens: marked - read,
        cacheReadTokens: read,
      },
      commit: () => {
        for (const prefix of written) this.known.add(prefix.hash);
      },
    };
  }

  private longestKnown(prefixes: readonly Prefix[]): number {
    let longest = 0;
    for (const [index, prefix] of prefixes.entries()) {
      if (!prefix.isBreakpoint) continue;
      const reachable = prefixes.slice(Math.max(0, index - lookbackBlocks), index + 1);
      const hit = reachable.findLast((candidate) => this.known.has(candidate.hash));
      longest = Math.max(longest, hit?.tokens ?? 0);
    }
    return longest;
  }
}

/** All input tokens of a request, cached or not: a quarter of its characters, rounded up. */
export function countInputTokens(request: WireRequest): number {
  return tokensOf(partsOf(request).reduce((sum, part) => sum + part.size, 0));
}

/** The tokens in that many characters. */
export function tokensOf(characters: number): number {
  return Math.ceil(characters / 4);
}

type Part = { readonly text: string; readonly size: number; readonly isBreakpoint: boolean };
type Prefix = { readonly hash: string; readonly tokens: number; readonly isBreakpoint: boolean };

function partsOf(request: WireRequest): readonly Part[] {
  const parts = [
    ...(request.tools ?? []).map((tool) => partOf('tool', tool)),
    ...blocksOf(request.system ?? '').map((block) => partOf('system', block)),
    ...request.messages.flatMap((message) =>
      blocksOf(message.content).map((block) => partOf(message.role, block)),
    ),
  ];
  const isMarked = isPresent(request.cache_control);
  return parts.map((part, index) =>
    isMarked && index === parts.length - 1 ? { ...part, isBreakpoint: true } : part,
  );
}

function partOf(
  place: string,
  value: { readonly cache_control?: unknown; readonly type?: unknown; readonly text?: unknown },
): Part {
  const { cache_control: mark, ...rest } = value;
  const spoken = value.type === 'text' && typeof value.text === 'string' ? value.text : undefined;
  const text = spoken ?? JSON.stringify(rest);
  return {
    text: `${place}:${text}`,
    size: text.length,
    isBreakpoint: isPresent(mark),
  };
}

function prefixesOf(model: string, parts: readonly Part[]): readonly Prefix[] {
  const hash = createHash('sha256').update(model);
  let characters = 0;
  return parts.map((part) => {
    characters += part.size;
    hash.update(`\0${part.text}`);
    return {
      hash: hash.copy().digest('base64'),
      tokens: tokensOf(characters),
      isBreakpoint: part.isBreakpoint,
    };
  });
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
