import { resolve } from 'node:path';
import { plural } from '../../base/format.ts';
import { SignatureError } from '../../host/audit/dsse.ts';
import { ExportError, exportRun, type ExportedRun } from '../../host/audit/exportRun.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { openRuns } from '../openRuns.ts';
import { readIfThere } from '../../node/readIfThere.ts';
import { isMissing } from '../../node/isMissing.ts';
import { runDirectory } from '../../host/adapters/store/runFolders.ts';
import { findRun } from '../findRun.ts';

export interface ExportCommandOptions extends CommonOptions {
  readonly out: string;
  readonly sign?: string | undefined;
}

/** `muster export`: a run's evidence as one archive with a statement, signed when a key is given. */
export async function exportCommand(
  ctx: CliContext,
  name: string,
  options: ExportCommandOptions,
): Promise<ExitCode> {
  const found = await openRuns(ctx, options);
  const runId = await findRun(found, name);
  const file = resolve(options.out);
  const key = ctx.env['ANTHROPIC_API_KEY'];
  const exported = await exportRun({
    directory: runDirectory(found.services.stateDirectory, runId),
    file,
    secrets: key === undefined ? [] : [key],
    signingKey: options.sign === undefined ? null : await readKey(resolve(options.sign)),
  }).catch(asCliError);
  if (options.json === true) printLine(ctx.stdout, JSON.stringify({ file, ...exported }));
  else print(ctx, file, exported);
  return EXIT.ok;
}

async function readKey(file: string): Promise<string> {
  const text = await readIfThere(file);
  if (text === null) throw new CliError(EXIT.usage, `Key file ${file} does not exist.`);
  return text;
}

function asCliError(error: unknown): never {
  if (error instanceof SignatureError) throw new CliError(EXIT.usage, error.message);
  if (error instanceof ExportError) throw new CliError(EXIT.failed, error.message);
  if (isMissing(error)) {
    throw new CliError(EXIT.usage, 'The folder of --out does not exist. Create it first.');
  }
  throw error;
}

function print(ctx: CliContext, file: string, exported: ExportedRun): void {
  const { files, sha256, withheld, signatureFile, audit } = exported;
  printLine(ctx.stdout, `Exported ${plural(files, 'file')} to ${file}.`);
  printLine(ctx.stdout, `SHA-256: ${sha256}`);
  printLine(ctx.stdout, `Head: ${audit.headHash}`);
  if (signatureFile !== null) printLine(ctx.stdout, `Signed: ${signatureFile}`);
  for (const name of withheld) {
    printLine(
      ctx.stdout,
      `Withheld: ${name} holds something that looks like a token. The archive has only its hash.`,
    );
  }
  if (audit.verdict === 'broken') {
    const text = `The run's evidence is broken: "muster audit ${audit.runId}" says where.`;
    printLine(ctx.stderr, text);
  }
}
