import { readFile } from 'node:fs/promises';
import { ifThere } from './ifThere.ts';

/** A file's text; null when there is no such file. */
export function readIfThere(file: string): Promise<string | null> {
  return ifThere(readFile(file, 'utf8'));
}
