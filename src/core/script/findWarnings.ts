import type { CallExpression, Expression, NewExpression, Node, Program } from 'acorn';
import { simple } from 'acorn-walk';
import type { Diagnostic, ScriptMeta } from '../../protocol/plan.ts';
import { diagnosticAt } from './parseScript.ts';
import { declaredNames } from './scopes.ts';
import { ECMASCRIPT_GLOBALS, MUSTER_GLOBALS } from './scriptGlobals.ts';

type Warn = (node: Node, code: string, texts: { message: string; fix: string }) => void;

const TIME_FIX = 'Pass times through `args`, and vary by index instead of by chance.';

/** What will probably not do what its author meant. Never keeps a script from running. */
export function findWarnings(program: Program, meta: ScriptMeta | null): Diagnostic[] {
  const found: Diagnostic[] = [];
  const warn: Warn = (node, code, texts) => {
    found.push(diagnosticAt(node, { severity: 'warning', code, ...texts }));
  };
  const known = new Set<string>([
    ...MUSTER_GLOBALS,
    ...ECMASCRIPT_GLOBALS,
    ...declaredNames(program),
  ]);
  simple(program, {
    CallExpression: (node) => {
      warnUndeclared(node, known, warn);
      warnThunks(node, warn);
      warnPhase(node, meta, warn);
      warnTime(node, warn);
    },
    NewExpression: (node) => warnNewDate(node, warn),
    ExpressionStatement: (node) => warnUnused(node.expression, warn),
  });
  return found;
}

function warnUndeclared(node: CallExpression, known: ReadonlySet<string>, warn: Warn): void {
  if (node.callee.type !== 'Identifier' || known.has(node.callee.name)) return;
  if (node.callee.name === 'require') return;
  warn(node, 'undeclared', {
    message: `\`${node.callee.name}\` is not declared; calling it will throw.`,
    fix: 'Declare it, or use one of the names that scripts have.',
  });
}

function warnThunks(node: CallExpression, warn: Warn): void {
  if (!isCallOf(node, 'parallel')) return;
  const list = node.arguments[0];
  if (list === undefined || !holdsPromises(list)) return;
  warn(list, 'promise-list', {
    message: 'parallel() gets promises here, not functions.',
    fix: 'Wrap each call: parallel(items.map((item) => () => agent(…))).',
  });
}

function holdsPromises(list: CallExpression['arguments'][number]): boolean {
  if (list.type === 'ArrayExpression') {
    return list.elements.some((element) => element !== null && isCallOf(element, 'agent'));
  }
  if (list.type !== 'CallExpression' || list.callee.type !== 'MemberExpression') return false;
  const { property } = list.callee;
  const mapper = list.arguments[0];
  return (
    property.type === 'Identifier' &&
    property.name === 'map' &&
    mapper?.type === 'ArrowFunctionExpression' &&
    isCallOf(mapper.body, 'agent')
  );
}

function warnPhase(node: CallExpression, meta: ScriptMeta | null, warn: Warn): void {
  const title = node.arguments[0];
  if (meta === null || meta.phases.length === 0 || !isCallOf(node, 'phase')) return;
  if (title?.type !== 'Literal' || typeof title.value !== 'string') return;
  if (meta.phases.some((phase) => phase.title === title.value)) return;
  warn(title, 'unknown-phase', {
    message: `The phase '${title.value}' is not in meta.phases.`,
    fix: 'Add it to meta.phases, so that the plan shows it.',
  });
}

function warnTime(node: CallExpression, warn: Warn): void {
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return;
  if (callee.property.type !== 'Identifier') return;
  const name = `${callee.object.name}.${callee.property.name}`;
  if (name !== 'Date.now' && name !== 'Math.random') return;
  const message = `${name}() throws: a resumed run would take another path.`;
  warn(node, 'nondeterministic', { message, fix: TIME_FIX });
}

function warnNewDate(node: NewExpression, warn: Warn): void {
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'Date') return;
  if (node.arguments.length > 0) return;
  const message = 'new Date() without arguments throws: a resumed run would take another path.';
  warn(node, 'nondeterministic', { message, fix: TIME_FIX });
}

function warnUnused(expression: Expression, warn: Warn): void {
  if (!isCallOf(expression, 'agent')) return;
  warn(expression, 'unused-agent', {
    message: 'Nothing waits for this agent().',
    fix: 'Write `await agent(…)`, or keep the promise and await it later.',
  });
}

function isCallOf(node: Node, name: string): node is CallExpression {
  if (node.type !== 'CallExpression') return false;
  // The type tag says which node it is; acorn's base type does not narrow by it.
  const { callee } = node as CallExpression;
  return callee.type === 'Identifier' && callee.name === name;
}
