import type { ModelContent, ModelRequest } from '../../../core/ports/modelClient.ts';
import type { OfflineTask } from './agentPrompt.ts';
import { lastExchange } from './conversation.ts';

/** One turn of an agent that modernises a file: read it, write it, say what was done. */
export async function answerAgent(
  request: ModelRequest,
  task: OfflineTask,
): Promise<readonly ModelContent[] | null> {
  if (request.messages.length === 1) return [call(request, 'read_file', { path: task.path })];
  const exchange = lastExchange(request);
  if (exchange === null) return null;
  const { result, said } = exchange;
  if (exchange.call.name === 'read_file') {
    if (result.outcome === 'error') return [cannot(task, `it could not be read. ${result.text}`)];
    return afterReading(request, task, result.text);
  }
  if (exchange.call.name !== 'write_file') return null;
  if (result.outcome === 'error') return [cannot(task, `it could not be written. ${result.text}`)];
  return [text(said)];
}

async function afterReading(
  request: ModelRequest,
  task: OfflineTask,
  source: string,
): Promise<readonly ModelContent[]> {
  if (isCut(source)) return [cannot(task, 'it is too large to be read in one piece.')];
  // Only here: the parsers behind it take 0.2 s and 20 MiB, which no other provider needs.
  const { modernise } = await import('./modernise.ts');
  const result = modernise(source, task.rules);
  if (result.type === 'unreadable') return [cannot(task, `${result.reason}.`)];
  if (result.type === 'unchanged') return [text(`Nothing to change in ${task.path}.`)];
  const count = result.applied.length;
  return [
    text(
      `${count} ${count === 1 ? 'rule' : 'rules'} changed ${task.path}: ${result.applied.join(', ')}.`,
    ),
    call(request, 'write_file', { path: task.path, text: result.text }),
  ];
}

// A tool that cut its output ends it with this note, within a line or on one of its own. Writing such
// a text back would delete the rest of the file.
function isCut(source: string): boolean {
  return /… \[[^\]\n]*\]$/.test(source);
}

function cannot(task: OfflineTask, why: string): ModelContent {
  return text(`Cannot modernise ${task.path}: ${why}`);
}

function text(value: string): ModelContent {
  return { type: 'text', text: value };
}

function call(
  request: ModelRequest,
  name: string,
  input: Readonly<Record<string, string>>,
): ModelContent {
  return { type: 'toolUse', toolUseId: `offline_${request.messages.length}`, name, input };
}
