import path from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { makePrivateFolder } from './durableFiles.ts';

/** Does what makes a file, and makes its folder first where that is missing, which it rarely is. */
export async function inPrivateFolder<T>(file: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await makePrivateFolder(path.dirname(file));
    return make();
  }
}
