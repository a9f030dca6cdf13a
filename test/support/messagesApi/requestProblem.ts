import { blocksOf } from './wireRequest.ts';
import type { WireBlock, WireMessage, WireRequest } from './wireRequest.ts';

const maxCacheBreakpoints = 4;
// Since this version of the API the model chooses how it samples.
const versionWithoutSampling = '2026-10-21';
const samplingFields = ['temperature', 'top_p', 'top_k'];

/**
 * Says why the real API would refuse this well-formed body, or undefined when it would not.
 * The rules are those that a client's turn loop can break.
 */
export function requestProblem(request: WireRequest, apiVersion: string): string | undefined {
  return (
    samplingProblem(request, apiVersion) ??
    cacheProblem(request) ??
    emptyTextProblem(request) ??
    duplicateToolProblem(request) ??
    toolResultProblem(request.messages)
  );
}

function samplingProblem(request: WireRequest, apiVersion: string): string | undefined {
  // Versions are dates, so the order of their texts is the order of time.
  if (apiVersion < versionWithoutSampling) return undefined;
  const sent = samplingFields.find((field) => field in request);
  return sent === undefined ? undefined : `${sent}: Extra inputs are not permitted`;
}

function cacheProblem(request: WireRequest): string | undefined {
  const count = [
    request,
    ...(request.tools ?? []),
    ...blocksOf(request.system ?? ''),
    ...request.messages.flatMap((message) => blocksOf(message.content)),
  ].filter((part) => isPresent(part.cache_control)).length;
  return count > maxCacheBreakpoints
    ? `A maximum of ${maxCacheBreakpoints} blocks with cache_control may be provided. Found ${count}.`
    : undefined;
}

function emptyTextProblem(request: WireRequest): string | undefined {
  for (const [index, message] of request.messages.entries()) {
    const empty = blocksOf(message.content).some((b) => b.type === 'text' && b.text === '');
    if (empty) return `messages.${index}: text content blocks must be non-empty`;
  }
  return undefined;
}

function duplicateToolProblem(request: WireRequest): string | undefined {
  const names = (request.tools ?? []).map((tool) => tool.name);
  return new Set(names).size === names.length ? undefined : 'tools: Tool names must be unique.';
}

function toolResultProblem(messages: readonly WireMessage[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    const problem = unansweredTools(messages, index) ?? orphanResults(messages, index, message);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function unansweredTools(messages: readonly WireMessage[], index: number): string | undefined {
  const asked = idsOf(messages[index], 'tool_use', (block) => block.id);
  const answered = idsOf(messages[index + 1], 'tool_result', (block) => block.tool_use_id);
  const missing = asked.filter((id) => !answered.includes(id));
  return missing.length === 0
    ? undefined
    : `messages.${index}: tool_use ids were found without tool_result blocks immediately after: ${missing.join(', ')}.`;
}

function orphanResults(
  messages: readonly WireMessage[],
  index: number,
  message: WireMessage,
): string | undefined {
  const asked = idsOf(messages[index - 1], 'tool_use', (block) => block.id);
  const answered = idsOf(message, 'tool_result', (block) => block.tool_use_id);
  const orphans = answered.filter((id) => !asked.includes(id));
  return orphans.length === 0
    ? undefined
    : `messages.${index}: unexpected tool_use_id found in tool_result blocks: ${orphans.join(', ')}.`;
}

function idsOf(
  message: WireMessage | undefined,
  type: string,
  idOf: (block: WireBlock) => string | undefined,
): readonly string[] {
  return blocksOf(message?.content ?? [])
    .filter((block) => block.type === type)
    .map((block) => idOf(block) ?? '');
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
