import { canonicalJson } from '../../base/json.ts';

/** What kind of agent a call asks for. */
export interface AgentType {
  readonly name: string;
  /** What it is good for, for whoever chooses. */
  readonly description: string;
  readonly instructions: string;
  readonly tools: readonly string[];
  /** Model for calls that name none: an alias or an id. Null means the run's own. */
  readonly model: string | null;
}

/** The types that a run has: the built-in ones and those that its snapshot defines. */
export interface AgentTypes {
  /** Finds a type by name, whatever its case; null when there is none. */
  find(name: string): AgentType | null;
  names(): readonly string[];
  /** What is wrong with definitions, a sentence each. */
  readonly warnings: readonly string[];
}

const READ_TOOLS = ['read_file', 'list_files', 'search_text'] as const;

/** Tools that change files. */
export const EDIT_TOOLS = ['edit_file', 'write_file', 'delete_file', 'move_file'] as const;

const RUN_COMMAND = 'run_command';

const GENERAL_PURPOSE: AgentType = {
  name: 'general-purpose',
  description: 'Reads and changes files, and runs commands that the user allows.',
  instructions: 'Do the task. Change files with the tools; nothing that you only say is done.',
  tools: [...READ_TOOLS, ...EDIT_TOOLS, RUN_COMMAND],
  model: null,
};

/** The agent types that are always there and can't be redefined. */
export const BUILT_IN_AGENT_TYPES: readonly AgentType[] = [
  GENERAL_PURPOSE,
  {
    name: 'explore',
    description: 'Reads files and finds things out; changes nothing.',
    instructions: 'Find out what the task asks for. You can read, not change.',
    tools: READ_TOOLS,
    model: null,
  },
  {
    name: 'plan',
    description: 'Reads files and works out how to do a task; changes nothing.',
    instructions: 'Work out how the task should be done. You can read, not change.',
    tools: READ_TOOLS,
    model: null,
  },
  {
    name: 'verifier',
    description: 'Tries to show that work is wrong, also by running it; changes nothing.',
    instructions: 'Try to show that the work is wrong. Report what you checked and how.',
    tools: [...READ_TOOLS, RUN_COMMAND],
    model: null,
  },
];

/** Tools that a definition may give: none that the general-purpose type does not have. */
export const DEFINABLE_TOOLS: readonly string[] = GENERAL_PURPOSE.tools;

/** The types of a run. A definition never stands in for a built-in type; of two with one name, the first counts. */
export function createAgentTypes(
  definitions: readonly AgentType[],
  warnings: readonly string[],
): AgentTypes {
  const all = [...BUILT_IN_AGENT_TYPES, ...definitions];
  return {
    warnings,
    find: (name) => all.find((type) => isSameTypeName(type.name, name)) ?? null,
    names: () => all.map((type) => type.name),
  };
}

/** Whether two names mean one type. */
export function isSameTypeName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** What a type adds to the identity of a call: a call under a changed definition is another one. */
export function definitionKey(type: AgentType): string {
  // What else a built-in type has belongs to the version; a new tool in it makes no call another one.
  if (BUILT_IN_AGENT_TYPES.includes(type)) return type.instructions;
  const { instructions, tools, model } = type;
  return canonicalJson({ instructions, tools, model });
}

const BUILT_IN = createAgentTypes([], []);

/** Finds a built-in type by name, whatever its case; null when there is none. */
export function findAgentType(name: string): AgentType | null {
  return BUILT_IN.find(name);
}

/** Names of the built-in types, for an error message. */
export function agentTypeNames(): string {
  return BUILT_IN.names().join(', ');
}
