/** A place in the list of sent requests; `offset` counts back from the end, 0 is the empty composer. */
export interface Recall {
  readonly offset: number;
  readonly text: string;
}

/** Goes one request back or forth; null when there is nothing there. */
export function recallRequest(
  requests: readonly string[],
  current: Recall,
  direction: 'older' | 'newer',
): Recall | null {
  const offset = current.offset + (direction === 'older' ? 1 : -1);
  if (offset === 0) return { offset: 0, text: '' };
  const text = offset > 0 ? requests.at(-offset) : undefined;
  return text === undefined ? null : { offset, text };
}
