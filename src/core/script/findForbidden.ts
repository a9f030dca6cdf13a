import type { CallExpression, Node, Program } from 'acorn';
import { simple } from 'acorn-walk';
import type { Diagnostic } from '../../protocol/plan.ts';
import { diagnosticAt } from './parseScript.ts';
import { declaredNames } from './scopes.ts';

const IMPORT_FIX =
  'Remove it: a script has agent(), files(), read() and the JavaScript built-ins, and nothing else.';

/** What a script may not contain, wherever it stands. Found in the syntax tree, so that prompts may mention it. */
export function findForbidden(program: Program): Diagnostic[] {
  const found: Diagnostic[] = [];
  const reject = (node: Node, message: string, fix: string): void => {
    found.push(diagnosticAt(node, { severity: 'error', code: 'forbidden', message, fix }));
  };
  const rejectExport = (node: Node): void => {
    if (node === program.body[0]) return;
    reject(node, 'Only `meta` can be exported.', 'Remove `export`; use `return` for the result.');
  };
  const names = declaredNames(program);
  simple(program, {
    ImportDeclaration: (node) => reject(node, '`import` is not available.', IMPORT_FIX),
    ImportExpression: (node) => reject(node, '`import()` is not available.', IMPORT_FIX),
    MetaProperty: (node) => {
      if (node.meta.name === 'import') reject(node, '`import.meta` is not available.', IMPORT_FIX);
    },
    ExportNamedDeclaration: rejectExport,
    ExportDefaultDeclaration: rejectExport,
    ExportAllDeclaration: rejectExport,
    CallExpression: (node) => {
      if (isRequire(node) && !names.has('require')) {
        reject(node, '`require()` is not available.', IMPORT_FIX);
      }
    },
  });
  return found;
}

function isRequire(node: CallExpression): boolean {
  return node.callee.type === 'Identifier' && node.callee.name === 'require';
}
