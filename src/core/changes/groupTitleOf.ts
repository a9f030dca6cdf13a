/** The heading under which an agent's edits are reviewed: what the script named, else its phase, else itself. */
export function groupTitleOf(agent: {
  readonly group: string | null;
  readonly phase: string | null;
  readonly label: string;
}): string {
  return agent.group ?? agent.phase ?? agent.label;
}
