/**
 * Adds all items to the end of a list. `list.push(...items)` puts each item on the stack, which is full after
 * about 120,000 of them: lists that come from files, agents or models must not be spread into a call.
 */
export function appendAll<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
