const READ_BITS = 0o444;
const EXECUTE_BITS = 0o111;
const OWNER_EXECUTES = 0o100;
const WRITE_BITS = 0o222;

/** Git knows only this about a file's rights: whether its owner may execute it. */
export function isExecutableMode(mode: number): boolean {
  return (mode & OWNER_EXECUTES) !== 0;
}

/** Nobody may write it, so that whoever made it so wants it left alone; root could write it all the same. */
export function isReadOnlyMode(mode: number): boolean {
  return (mode & WRITE_BITS) === 0;
}

/** Set-user-id, set-group-id and sticky bits. */
export function hasSpecialBits(mode: number): boolean {
  return (mode & 0o7000) !== 0;
}

/** Permissions with the executable bits set or cleared: who may read it may then execute it. */
export function withExecutable(permissions: number, isExecutable: boolean): number {
  if (isExecutable) return permissions | ((permissions & READ_BITS) >> 2);
  return permissions & ~EXECUTE_BITS;
}
