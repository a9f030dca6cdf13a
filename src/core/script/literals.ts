import type { CallExpression, Program, Property } from 'acorn';
import { simple } from 'acorn-walk';

export type Argument = CallExpression['arguments'][number] | undefined;

/** Calls `found` with the first argument of every call of a name, in the order of the text. */
export function eachCallOf(
  program: Program,
  name: string,
  found: (argument: Argument) => void,
): void {
  simple(program, {
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === name) found(node.arguments[0]);
    },
  });
}

/** The text of a string literal or of a template without expressions, else null. */
export function literalText(node: Argument): string | null {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node?.type !== 'TemplateLiteral' || node.expressions.length > 0) return null;
  return node.quasis[0]?.value.cooked ?? null;
}

/** The literal text of one property of an object literal, else null. */
export function literalProperty(argument: Argument, key: string): string | null {
  if (argument?.type !== 'ObjectExpression') return null;
  for (const property of argument.properties) {
    if (property.type === 'Property' && keyName(property) === key) {
      return literalText(property.value);
    }
  }
  return null;
}

function keyName({ key, computed }: Property): string | null {
  if (key.type === 'Identifier' && !computed) return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}
