import { errorCode } from '../base/errorText.ts';

/** Whether something failed because there is no file of that name, or none can be: a folder above it is a file. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
