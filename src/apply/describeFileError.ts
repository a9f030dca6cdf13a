import { errorCode, errorText } from '../base/errorText.ts';
import type { OtherThing } from '../node/regularFile.ts';

/** What a user can do about it, by the system's code. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'You have no permission for this file or its folder',
  EBUSY: 'Another program holds the file',
  EDQUOT: 'Your disk quota is used up',
  EFBIG: 'The file would be larger than the system allows',
  EISDIR: 'A folder stands there',
  ELOOP: 'A link in its path leads back to itself',
  ENAMETOOLONG: 'The name is too long for this file system',
  ENOENT: 'Its folder is gone',
  ENOSPC: 'The disk is full',
  ENOTDIR: 'A file stands where its folder should be',
  EPERM: 'The system does not allow it',
  EROFS: 'The file system is read-only',
};

/** One sentence about a failed file operation, with the system's code for who wants to look it up. */
export function describeFileError(error: unknown): string {
  const code = errorCode(error);
  const reason = code === undefined ? undefined : REASONS[code];
  return reason === undefined ? errorText(error) : `${reason} (${String(code)}).`;
}

const THINGS: Readonly<Record<OtherThing, string>> = {
  folder: 'A folder stands there.',
  link: 'It is a symbolic link, which Muster does not write.',
  pipe: 'It is a named pipe, not a file.',
  socket: 'It is a socket, not a file.',
  device: 'It is a device, not a file.',
};

/** One sentence about what stands where a file was expected. */
export function describeThing(thing: OtherThing): string {
  return THINGS[thing];
}
