import { CliError, EXIT } from './exitCodes.ts';

/** A number from the command line. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new CliError(EXIT.usage, `"${text}" is not a number.`);
  }
  return value;
}

/** Adds to a repeatable option. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
