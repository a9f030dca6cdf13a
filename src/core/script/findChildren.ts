import type { Program } from 'acorn';
import type { ChildRef } from '../../protocol/plan.ts';
import { eachCallOf, literalProperty, literalText } from './literals.ts';

/** Workflows that workflow() calls name as literals, in order, once each: their commands are approved with the plan. */
export function findChildren(program: Program): ChildRef[] {
  const children = new Map<string, ChildRef>();
  eachCallOf(program, 'workflow', (argument) => {
    const name = literalText(argument);
    const path = literalProperty(argument, 'scriptPath');
    if (name !== null) children.set(`name ${name}`, { type: 'name', name });
    else if (path !== null) children.set(`path ${path}`, { type: 'path', path });
  });
  return [...children.values()];
}
