/**
 * Reads `export const meta = {...}` from the syntax tree. Nothing is executed: what is not a literal of
 * literals is an error that names its line.
 */
import type {
  Expression,
  Node,
  ObjectExpression,
  PrivateIdentifier,
  Program,
  Property,
  SpreadElement,
} from 'acorn';
import type { Json } from '../../base/json.ts';
import type { Diagnostic, ScriptMeta } from '../../protocol/plan.ts';
import { diagnosticAt } from './parseScript.ts';

export interface MetaResult {
  readonly meta: ScriptMeta | null;
  readonly diagnostics: readonly Diagnostic[];
}

const EXAMPLE =
  "Start with: export const meta = { name: 'my-workflow', description: 'What it does' }";

/** Finds and reads `meta`, which must be the first statement. */
export function readMeta(program: Program): MetaResult {
  const literal = findMetaLiteral(program);
  if (literal === null) {
    const message = 'The first statement must be `export const meta = {…}`.';
    return failed(program.body[0] ?? program, message, EXAMPLE);
  }
  try {
    return describeMeta(literal, evaluateLiteral(literal));
  } catch (error) {
    if (!(error instanceof NotLiteralError)) throw error;
    const fix =
      'Write strings, numbers, arrays and plain objects only; + between strings is allowed.';
    return failed(error.node, `meta must be a literal: ${error.message}`, fix);
  }
}

function findMetaLiteral(program: Program): ObjectExpression | null {
  const first = program.body[0];
  if (first?.type !== 'ExportNamedDeclaration') return null;
  const declaration = first.declaration;
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return null;
  const [declarator, ...others] = declaration.declarations;
  if (declarator?.id.type !== 'Identifier' || declarator.id.name !== 'meta') return null;
  if (others.length > 0 || declarator.init?.type !== 'ObjectExpression') return null;
  return declarator.init;
}

class NotLiteralError extends Error {
  readonly node: Node;
  constructor(node: Node, message: string) {
    super(message);
    this.node = node;
  }
}

function evaluateLiteral(node: Expression | SpreadElement | PrivateIdentifier): Json {
  switch (node.type) {
    case 'Literal':
      return evaluatePlain(node, node.value);
    case 'TemplateLiteral':
      if (node.expressions.length > 0)
        throw new NotLiteralError(node, 'a template with ${} is not.');
      return node.quasis.map((quasi) => quasi.value.cooked ?? '').join('');
    case 'ArrayExpression':
      return node.elements.map((element) => {
        if (element === null) throw new NotLiteralError(node, 'an array with holes is not.');
        return evaluateLiteral(element);
      });
    case 'ObjectExpression':
      return evaluateObject(node);
    case 'UnaryExpression':
      return evaluateNegative(node, node.operator, evaluateLiteral(node.argument));
    case 'BinaryExpression':
      return concatenate(node, node.operator, [
        evaluateLiteral(node.left),
        evaluateLiteral(node.right),
      ]);
    case 'SpreadElement':
      throw new NotLiteralError(node, 'a spread is not.');
    case 'Identifier':
      throw new NotLiteralError(node, `the variable \`${node.name}\` is not.`);
    case 'CallExpression':
      throw new NotLiteralError(node, 'a call is not.');
    default:
      throw new NotLiteralError(node, `a ${node.type} is not.`);
  }
}

function evaluatePlain(node: Node, value: unknown): Json {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  throw new NotLiteralError(node, 'this kind of literal is not JSON.');
}

function evaluateNegative(node: Node, operator: string, value: Json): Json {
  if (operator === '-' && typeof value === 'number') return -value;
  throw new NotLiteralError(node, `the operator ${operator} is not allowed.`);
}

function concatenate(node: Node, operator: string, sides: readonly [Json, Json]): Json {
  const [left, right] = sides;
  if (operator === '+' && typeof left === 'string' && typeof right === 'string')
    return left + right;
  throw new NotLiteralError(node, `the operator ${operator} is not allowed here.`);
}

function evaluateObject(node: ObjectExpression): Json {
  const result: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') throw new NotLiteralError(property, 'a spread is not.');
    result[propertyName(property)] = evaluateLiteral(property.value);
  }
  return result;
}

function propertyName(property: Property): string {
  if (property.computed) throw new NotLiteralError(property, 'a computed key is not.');
  if (property.kind !== 'init' || property.method) {
    throw new NotLiteralError(property, 'a function is not.');
  }
  const { key } = property;
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'Literal') return String(key.value);
  throw new NotLiteralError(key, 'this key is not.');
}

function describeMeta(node: ObjectExpression, value: Json): MetaResult {
  const fields = asObject(value);
  const diagnostics: Diagnostic[] = [];
  const name = requireText(fields, 'name', { node, diagnostics });
  const description = requireText(fields, 'description', { node, diagnostics });
  const phases = readPhases(fields['phases'] ?? [], node, diagnostics);
  if (diagnostics.length > 0) return { meta: null, diagnostics };
  const whenToUse = fields['whenToUse'];
  const meta = { name, description, phases };
  return {
    meta: typeof whenToUse === 'string' ? { ...meta, whenToUse } : meta,
    diagnostics,
  };
}

function asObject(value: Json | undefined): { readonly [key: string]: Json } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  // Arrays were excluded above; TypeScript keeps readonly arrays in the union.
  return value as { readonly [key: string]: Json };
}

function requireText(
  fields: { readonly [key: string]: Json },
  key: string,
  found: { readonly node: Node; readonly diagnostics: Diagnostic[] },
): string {
  const value = fields[key];
  if (typeof value === 'string' && value.trim() !== '') return value;
  const message = `meta.${key} must be a non-empty string.`;
  found.diagnostics.push(metaError(found.node, message, `Add ${key}: '…' to meta.`));
  return '';
}

function readPhases(value: Json, node: Node, diagnostics: Diagnostic[]): ScriptMeta['phases'] {
  if (!Array.isArray(value)) {
    diagnostics.push(
      metaError(node, 'meta.phases must be an array.', "Write phases: ['Find', 'Fix']."),
    );
    return [];
  }
  return value.flatMap((item: Json, index) => {
    const phase = readPhase(item);
    if (phase !== null) return [phase];
    const message = `meta.phases[${index}] must be a string or { title }.`;
    diagnostics.push(metaError(node, message, "Write { title: 'Find', detail: '…' }."));
    return [];
  });
}

function readPhase(item: Json): ScriptMeta['phases'][number] | null {
  if (typeof item === 'string') return { title: item };
  const { title, detail, model } = asObject(item);
  if (typeof title !== 'string') return null;
  return {
    title,
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(typeof model === 'string' ? { model } : {}),
  };
}

function metaError(node: Node, message: string, fix: string): Diagnostic {
  return diagnosticAt(node, { severity: 'error', code: 'meta', message, fix });
}

function failed(node: Node, message: string, fix: string): MetaResult {
  return { meta: null, diagnostics: [metaError(node, message, fix)] };
}
