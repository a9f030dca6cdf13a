import type { CallExpression, Program } from 'acorn';
import { simple } from 'acorn-walk';

/** Commands that stand in verify() calls as literals, in order, once each: what the plan card asks approval for. */
export function findCommands(program: Program): string[] {
  const commands = new Set<string>();
  simple(program, {
    CallExpression: (node) => {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'verify') return;
      const command = literalCommand(node.arguments[0]);
      if (command !== null) commands.add(command);
    },
  });
  return [...commands];
}

function literalCommand(argument: CallExpression['arguments'][number] | undefined): string | null {
  if (argument?.type === 'Literal') {
    return typeof argument.value === 'string' ? argument.value : null;
  }
  if (argument?.type !== 'ObjectExpression') return null;
  for (const property of argument.properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
    if (property.key.name !== 'command' || property.value.type !== 'Literal') continue;
    if (typeof property.value.value === 'string') return property.value.value;
  }
  return null;
}
