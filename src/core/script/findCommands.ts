import type { CallExpression, Program, Property } from 'acorn';
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
  if (argument?.type !== 'ObjectExpression') return literalText(argument);
  for (const property of argument.properties) {
    if (property.type === 'Property' && keyName(property) === 'command') {
      return literalText(property.value);
    }
  }
  return null;
}

function keyName({ key, computed }: Property): string | null {
  if (key.type === 'Identifier' && !computed) return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}

function literalText(node: CallExpression['arguments'][number] | undefined): string | null {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node?.type !== 'TemplateLiteral' || node.expressions.length > 0) return null;
  return node.quasis[0]?.value.cooked ?? null;
}
