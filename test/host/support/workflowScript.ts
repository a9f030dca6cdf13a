import { promptFor, type Order } from './obedientModel.ts';

/** Options of agent() as a script gives them. */
export type AgentOptions = Readonly<Record<string, string | number | readonly string[]>>;

/** A workflow script around some statements. */
export function workflow(body: string): string {
  const meta = { name: 'test-workflow', description: 'What a test needs' };
  return `export const meta = ${JSON.stringify(meta)};\n${body}\n`;
}

/** The text of an agent() call that carries out tool calls. */
export function agentThatDoes(orders: readonly Order[], options: AgentOptions = {}): string {
  return `agent(${JSON.stringify(promptFor(orders))}, ${JSON.stringify(options)})`;
}

/** The text of an agent() call that edits a file. */
export function agentThatEdits(
  edit: { readonly path: string; readonly from: string; readonly to: string },
  options: AgentOptions = {},
): string {
  return agentThatDoes([editOf(edit)], options);
}

/** The tool call that replaces one text in a file. */
export function editOf(edit: {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}): Order {
  const input = { path: edit.path, old_text: edit.from, new_text: edit.to };
  return { name: 'edit_file', input };
}

/** A script that starts many agents at once and returns their answers. */
export function manyAgents(count: number): string {
  const call = `agent('task ' + index, { label: 'task ' + index })`;
  return workflow(
    `return await parallel(Array.from({ length: ${count} }, (_item, index) => () => ${call}));`,
  );
}
