/** Closes a union at compile time and throws at run time when a value of no known type arrives. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
