/** The agent types that are always there and can't be redefined. */
export interface AgentType {
  readonly name: string;
  readonly instructions: string;
  readonly tools: readonly string[];
}

const READ_TOOLS = ['read_file', 'list_files', 'search_text'] as const;
const EDIT_TOOLS = ['edit_file', 'write_file', 'delete_file'] as const;

const builtInTypes: readonly AgentType[] = [
  {
    name: 'general-purpose',
    instructions: 'Do the task. Change files with the tools; nothing that you only say is done.',
    tools: [...READ_TOOLS, ...EDIT_TOOLS],
  },
  {
    name: 'explore',
    instructions: 'Find out what the task asks for. You can read, not change.',
    tools: READ_TOOLS,
  },
  {
    name: 'plan',
    instructions: 'Work out how the task should be done. You can read, not change.',
    tools: READ_TOOLS,
  },
  {
    name: 'verifier',
    instructions: 'Try to show that the work is wrong. Report what you checked and how.',
    tools: READ_TOOLS,
  },
];

/** Finds a type by name, whatever its case; null when there is none. */
export function findAgentType(name: string): AgentType | null {
  const wanted = name.toLowerCase();
  return builtInTypes.find((type) => type.name === wanted) ?? null;
}

/** Names for an error message. */
export function agentTypeNames(): string {
  return builtInTypes.map((type) => type.name).join(', ');
}
