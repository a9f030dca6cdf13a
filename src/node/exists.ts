import { access } from 'node:fs/promises';
import { ifThere } from './ifThere.ts';

/** Whether there is a file or folder of that name; rejects when that cannot be found out. */
export async function exists(file: string): Promise<boolean> {
  return (await ifThere(access(file).then(() => true))) ?? false;
}
