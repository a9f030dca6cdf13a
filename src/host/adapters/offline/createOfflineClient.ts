import { setImmediate as nextTick } from 'node:timers/promises';
import { PROPOSE_WORKFLOW } from '../../../core/planner/plannerPrompt.ts';
import { ModelError } from '../../../core/ports/modelClient.ts';
import type {
  ModelAnswer,
  ModelClient,
  ModelContent,
  ModelRequest,
  SendOptions,
} from '../../../core/ports/modelClient.ts';
import { NO_TOKENS } from '../../../protocol/runLimits.ts';
import { parseAgentPrompt } from './agentPrompt.ts';
import { answerAgent } from './answerAgent.ts';
import { answerPlanning } from './answerPlanning.ts';
import { firstUserText } from './conversation.ts';

const offlineModel = 'offline-rules';

/** "Offline (no AI)": answers by fixed rules, costs nothing, and fails what it has no rule for. */
export function createOfflineClient(): ModelClient {
  return {
    provider: 'offline',
    defaultModel: offlineModel,
    async send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer> {
      // Rules compute; between two agents everybody else on this thread gets a turn.
      await nextTick();
      options.signal.throwIfAborted();
      options.onActivity?.();
      const content = await answer(request);
      for (const part of content) if (part.type === 'text') options.onText?.(part.text);
      const stopReason = content.some((part) => part.type === 'toolUse') ? 'toolUse' : 'endTurn';
      return { model: offlineModel, content, stopReason, usage: NO_TOKENS };
    },
  };
}

async function answer(request: ModelRequest): Promise<readonly ModelContent[]> {
  const toolNames = request.tools.map(({ name }) => name);
  if (toolNames.includes(PROPOSE_WORKFLOW)) return answerPlanning(request);
  if (toolNames.includes('submit_result') || request.requiredTool !== undefined)
    throw unsupported('it would have to invent the values of a structured answer (schema)');
  const task = parseAgentPrompt(firstUserText(request));
  if (task === null) throw unsupported('it has no rule for this prompt');
  const content = await answerAgent(request, task);
  if (content === null) throw unsupported('it has no rule for this turn of the conversation');
  return content;
}

function unsupported(why: string): ModelError {
  return new ModelError(
    `Offline (no AI) cannot run this agent: ${why}. Set an API key and choose another provider, or use prompts of the form "Modernise the file <path> with these rules: arrow, for-of."`,
    { code: 'offline_unsupported', status: null, retry: 'never', retryAfterMs: null },
  );
}
