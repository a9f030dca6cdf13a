import { parse, type Node, type Program } from 'acorn';
import type { Diagnostic } from '../../protocol/plan.ts';

export type ParsedScript =
  | { readonly type: 'parsed'; readonly program: Program }
  | { readonly type: 'failed'; readonly diagnostic: Diagnostic };

/** Parses a workflow script: a module whose body may also await and return at its top level. */
export function parseScript(source: string): ParsedScript {
  try {
    const program = parse(source, {
      ecmaVersion: 2024,
      sourceType: 'module',
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
      locations: true,
    });
    return { type: 'parsed', program };
  } catch (error) {
    return { type: 'failed', diagnostic: syntaxDiagnostic(error) };
  }
}

/** A diagnostic at a node's first character. */
export function diagnosticAt(
  node: Node,
  details: Pick<Diagnostic, 'severity' | 'code' | 'message' | 'fix'>,
): Diagnostic {
  const start = node.loc?.start ?? { line: 1, column: 0 };
  return { ...details, line: start.line, column: start.column + 1 };
}

function syntaxDiagnostic(error: unknown): Diagnostic {
  if (!isAcornError(error)) throw error;
  return {
    severity: 'error',
    code: 'syntax',
    line: error.loc.line,
    column: error.loc.column + 1,
    message: `Syntax error: ${error.message.replace(/ \(\d+:\d+\)$/u, '')}.`,
    fix: 'Write plain JavaScript (ES2023); types, decorators and JSX are not understood.',
  };
}

function isAcornError(
  error: unknown,
): error is SyntaxError & { readonly loc: { readonly line: number; readonly column: number } } {
  return error instanceof SyntaxError && 'loc' in error;
}
