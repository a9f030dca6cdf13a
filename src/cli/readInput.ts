import { readFile } from 'node:fs/promises';
import { errorText } from '../base/errorText.ts';
import { parseJson } from '../base/json.ts';
import { PriceTable } from '../protocol/modelPrices.ts';
import { CliError, EXIT } from './exitCodes.ts';

/** Input of a script as it is given on the command line. */
export interface ArgsOptions {
  readonly args?: string | undefined;
  readonly argsFile?: string | undefined;
}

/** Reads `--args` or `--args-file` and gives its JSON text; null when there is neither. */
export async function readArgs(options: ArgsOptions): Promise<string | null> {
  if (options.args !== undefined && options.argsFile !== undefined) {
    throw new CliError(EXIT.usage, 'Pass --args or --args-file, not both.');
  }
  const text = options.argsFile === undefined ? options.args : await readText(options.argsFile);
  if (text === undefined) return null;
  try {
    return JSON.stringify(parseJson(text));
  } catch (error) {
    throw new CliError(EXIT.usage, `--args is not valid JSON: ${errorText(error)}`);
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

/** Reads the user's own prices; undefined when no file is named. */
export async function readPrices(path: string | undefined): Promise<PriceTable | undefined> {
  if (path === undefined) return undefined;
  const text = await readText(path);
  try {
    return PriceTable.parse(parseJson(text));
  } catch (cause) {
    const shape = '{ "model": { "input", "output", "cacheRead", "cacheWrite" } }';
    const message = `${path} contains no prices. Write ${shape}, in dollars per million tokens.`;
    throw new CliError(EXIT.usage, message, { cause });
  }
}
