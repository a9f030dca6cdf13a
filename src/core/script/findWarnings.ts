import type {
  AnyNode,
  BlockStatement,
  CallExpression,
  Expression,
  NewExpression,
  Program,
} from 'acorn';
import { recursive, simple } from 'acorn-walk';
import type { Diagnostic, ScriptMeta } from '../../protocol/plan.ts';
import { diagnosticAt } from './parseScript.ts';
import { declaredNames } from './scopes.ts';
import { ECMASCRIPT_GLOBALS, MUSTER_GLOBALS } from './scriptGlobals.ts';

type Warn = (node: AnyNode, code: string, texts: { message: string; fix: string }) => void;

/** Calls that start at once and give a promise. */
const PROMISE_CALLS = ['agent', 'verify', 'gate', 'workflow', 'parallel', 'pipeline'];

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
    return list.elements.some((element) => element !== null && givesPromise(element));
  }
  if (list.type !== 'CallExpression' || list.callee.type !== 'MemberExpression') return false;
  const { property } = list.callee;
  if (property.type !== 'Identifier' || property.name !== 'map') return false;
  const [mapper] = list.arguments;
  if (mapper?.type !== 'ArrowFunctionExpression' && mapper?.type !== 'FunctionExpression') {
    return false;
  }
  const { body } = mapper;
  return body.type === 'BlockStatement' ? returnsPromise(body) : givesPromise(body);
}

function returnsPromise(body: BlockStatement): boolean {
  let found = false;
  recursive(body, null, {
    ReturnStatement: ({ argument }) => {
      if (argument) found ||= givesPromise(argument);
    },
    // What a function inside returns is its own.
    Function: () => undefined,
  });
  return found;
}

function givesPromise(node: AnyNode): boolean {
  return isAgentCall(node) || PROMISE_CALLS.some((name) => isCallOf(node, name));
}

function warnPhase(node: CallExpression, meta: ScriptMeta | null, warn: Warn): void {
  const [argument] = node.arguments;
  if (meta === null || meta.phases.length === 0 || !isCallOf(node, 'phase')) return;
  const title = argument === undefined ? null : textOf(argument);
  if (argument === undefined || title === null) return;
  if (meta.phases.some((phase) => phase.title === title)) return;
  warn(argument, 'unknown-phase', {
    message: `The phase '${title}' is not in meta.phases.`,
    fix: 'Add it to meta.phases, so that the plan shows it.',
  });
}

/** A string, or a template without holes; null for what is known only when it runs. */
function textOf(node: AnyNode): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return null;
  return node.quasis[0]?.value.cooked ?? null;
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
  if (!isAgentCall(expression)) return;
  warn(expression, 'unused-agent', {
    message: 'Nothing waits for this agent().',
    fix: 'Write `await agent(…)`, or keep the promise and await it later.',
  });
}

/** `agent(…)` or `agent.outcome(…)`. */
function isAgentCall(node: AnyNode): boolean {
  if (isCallOf(node, 'agent')) return true;
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { object, property } = node.callee;
  if (object.type !== 'Identifier' || object.name !== 'agent') return false;
  return property.type === 'Identifier' && property.name === 'outcome';
}

function isCallOf(node: AnyNode, name: string): boolean {
  if (node.type !== 'CallExpression') return false;
  return node.callee.type === 'Identifier' && node.callee.name === name;
}
