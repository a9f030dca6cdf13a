import type { Program } from 'acorn';
import type { Diagnostic, ScriptCheck } from '../../protocol/plan.ts';
import { MAX_SCRIPT_BYTES } from '../limits.ts';
import { findChildren } from './findChildren.ts';
import { findCommands } from './findCommands.ts';
import { findForbidden } from './findForbidden.ts';
import { findWarnings } from './findWarnings.ts';
import { parseScript } from './parseScript.ts';
import { readMeta } from './readMeta.ts';
import { sha256Hex } from '../../node/sha256Hex.ts';

/** Checks a workflow script without running any of it. Errors keep it from running; warnings don't. */
export function checkScript(source: string): ScriptCheck {
  const unreadable = findUnreadable(source);
  if (unreadable !== null) return report(source, { diagnostics: [unreadable] });
  const parsed = parseScript(source);
  if (parsed.type === 'failed') return report(source, { diagnostics: [parsed.diagnostic] });
  return checkProgram(source, parsed.program);
}

function checkProgram(source: string, program: Program): ScriptCheck {
  const { meta, diagnostics } = readMeta(program);
  const found = [...diagnostics, ...findForbidden(program), ...findWarnings(program, meta)];
  const children = findChildren(program);
  const commands = findCommands(program);
  const checked = report(source, { meta, diagnostics: found, commands });
  return children.length === 0 ? checked : { ...checked, children };
}

function report(
  source: string,
  found: Partial<Pick<ScriptCheck, 'meta' | 'commands'>> & { diagnostics: Diagnostic[] },
): ScriptCheck {
  const diagnostics = found.diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return {
    ok: !diagnostics.some((diagnostic) => diagnostic.severity === 'error'),
    meta: found.meta ?? null,
    diagnostics,
    commands: found.commands ?? [],
    scriptSha256: sha256Hex(source),
  };
}

// Both control blocks but tab, LF and CR, and DEL: they can hide code from the person who approves it.

const CONTROL_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;

function findUnreadable(source: string): Diagnostic | null {
  const bytes = new TextEncoder().encode(source).length;
  if (bytes > MAX_SCRIPT_BYTES) {
    return textError(source, 0, {
      code: 'size',
      message: `The script has ${bytes} bytes; at most ${MAX_SCRIPT_BYTES} are allowed.`,
      fix: 'Move data into args or into files of the workspace.',
    });
  }
  const index = source.search(CONTROL_CHARACTER);
  if (index < 0) return null;
  const code = source.charCodeAt(index).toString(16).padStart(4, '0');
  return textError(source, index, {
    code: 'control-character',
    message: `The control character U+${code} is not allowed.`,
    fix: `Remove it, or write \\u${code} inside a string.`,
  });
}

function textError(
  source: string,
  index: number,
  details: Pick<Diagnostic, 'code' | 'message' | 'fix'>,
): Diagnostic {
  const before = source.slice(0, index).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return { severity: 'error', line: before.length, column, ...details };
}
