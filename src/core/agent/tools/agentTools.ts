import type { Json } from '../../../base/json.ts';
import type { ToolSpec } from '../../ports/modelClient.ts';
import type { AgentCall } from '../agentCall.ts';
import { EDIT_TOOLS, type AgentType } from '../agentTypes.ts';
import { deleteFileTool, editFileTool, moveFileTool, writeFileTool } from './editTools.ts';
import { runCommandTool } from './commandTool.ts';
import { listFilesTool, readFileTool, searchTextTool } from './readTools.ts';
import type { AgentTool } from './tool.ts';

const ALL_TOOLS: readonly AgentTool[] = [
  readFileTool,
  listFilesTool,
  searchTextTool,
  editFileTool,
  writeFileTool,
  deleteFileTool,
  moveFileTool,
  runCommandTool,
];

const EDIT_NAMES: ReadonlySet<string> = new Set(EDIT_TOOLS);

/** Whether one of these tools changes files. */
export function canWriteWith(tools: readonly AgentTool[]): boolean {
  return tools.some(({ spec }) => EDIT_NAMES.has(spec.name));
}

/** Name of the tool that carries a structured answer. */
export const SUBMIT_RESULT = 'submit_result';

/** The tools of one agent: those of its type, narrowed by the call. A name that is not in the type adds nothing. */
export function toolsFor(call: AgentCall, agentType: AgentType): readonly AgentTool[] {
  return ALL_TOOLS.filter(
    ({ spec }) => agentType.tools.includes(spec.name) && (call.tools?.includes(spec.name) ?? true),
  );
}

/** The tool through which a model answers in the shape of a schema. */
export function submitResultSpec(schema: { readonly [key: string]: Json }): ToolSpec {
  const description = 'Gives your final answer. Call it once, when you have finished.';
  return { name: SUBMIT_RESULT, description, inputSchema: schema };
}
