import { readFile } from 'node:fs/promises';
import { errorText } from '../../base/errorText.ts';
import { checkScript } from '../../core/script/checkScript.ts';
import type { Diagnostic } from '../../protocol/plan.ts';
import { printLine, type CliContext, type OutputStream } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';

/** `muster check`: the static check of scripts; nothing runs. */
export async function checkCommand(
  ctx: CliContext,
  files: readonly string[],
  options: { readonly json?: boolean | undefined },
): Promise<ExitCode> {
  let isOk = true;
  for (const file of files) {
    const check = checkScript(await readScript(file));
    isOk &&= check.ok;
    if (options.json === true) printLine(ctx.stdout, JSON.stringify({ file, ...check }));
    else printDiagnostics(ctx.stdout, file, check.diagnostics);
    if (options.json !== true && check.diagnostics.length === 0)
      printLine(ctx.stdout, `${file}: ok`);
  }
  return isOk ? EXIT.ok : EXIT.failed;
}

/** `file:line:column: error: message fix`, which editors and terminals turn into links. */
export function printDiagnostics(
  out: OutputStream,
  file: string,
  diagnostics: readonly Diagnostic[],
): void {
  for (const { line, column, severity, message, fix } of diagnostics) {
    printLine(out, `${file}:${line}:${column}: ${severity}: ${message} ${fix}`);
  }
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.usage, `Cannot read ${file}: ${errorText(error)}`);
  }
}
