import type { Program } from 'acorn';
import { eachCallOf, literalProperty, literalText } from './literals.ts';

/** Commands that stand in verify() calls as literals, in order, once each: what the plan card asks approval for. */
export function findCommands(program: Program): string[] {
  const commands = new Set<string>();
  eachCallOf(program, 'verify', (argument) => {
    const command = literalText(argument) ?? literalProperty(argument, 'command');
    if (command !== null) commands.add(command);
  });
  return [...commands];
}
