import { readFile } from 'node:fs/promises';
import { errorText } from '../../base/errorText.ts';
import { parseJson } from '../../base/json.ts';
import { CliError, EXIT } from '../exitCodes.ts';

/** Input of a script as it is given on the command line. */
export interface ArgsOptions {
  readonly args?: string | undefined;
  readonly argsFile?: string | undefined;
}

/** Reads `--args` or `--args-file` and gives its JSON text; null when there is neither. */
export async function readArgs(options: ArgsOptions): Promise<string | null> {
  if (options.args !== undefined && options.argsFile !== undefined) {
    throw new CliError(EXIT.usage, 'Give --args or --args-file, not both.');
  }
  const text = options.argsFile === undefined ? options.args : await readText(options.argsFile);
  if (text === undefined) return null;
  try {
    return JSON.stringify(parseJson(text));
  } catch (error) {
    throw new CliError(EXIT.usage, `The args are not JSON: ${errorText(error)}`);
  }
}

/** Reads a file that was named on the command line. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.usage, `Cannot read ${path}: ${errorText(error)}`);
  }
}
