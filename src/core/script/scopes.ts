import type { AnyNode, Function as FunctionNode, Pattern, Program } from 'acorn';
import { full } from 'acorn-walk';

/** Names declared anywhere in the script. Scopes are not told apart: this only feeds warnings. */
export function declaredNames(program: Program): ReadonlySet<string> {
  const names = new Set<string>();
  full(program, (node) => {
    // acorn-walk types its nodes as the base Node; acorn's own union is the same objects.
    collectNames(node, names);
  });
  return names;
}

function collectNames(node: AnyNode, names: Set<string>): void {
  switch (node.type) {
    case 'VariableDeclarator':
      addPattern(node.id, names);
      break;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      addFunction(node, names);
      break;
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node.id) names.add(node.id.name);
      break;
    case 'CatchClause':
      if (node.param) addPattern(node.param, names);
      break;
    default:
      break;
  }
}

function addFunction(node: FunctionNode, names: Set<string>): void {
  if (node.id) names.add(node.id.name);
  for (const param of node.params) addPattern(param, names);
}

function addPattern(pattern: Pattern, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        addPattern(property.type === 'Property' ? property.value : property.argument, names);
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) addPattern(element, names);
      break;
    case 'RestElement':
      addPattern(pattern.argument, names);
      break;
    case 'AssignmentPattern':
      addPattern(pattern.left, names);
      break;
    case 'MemberExpression':
      break;
  }
}
