/** What came of one write. */
export type WriteResult =
  | {
      readonly type: 'written';
      /** What the user has to know all the same; null for most. */
      readonly note: string | null;
    }
  | { readonly type: 'refused'; readonly reason: string };

/** Nothing was changed, with the reason in a sentence. */
export function refusal(reason: string): WriteResult {
  return { type: 'refused', reason };
}

/** The new content stands there. */
export function success(note: string | null = null): WriteResult {
  return { type: 'written', note };
}

/** The sentence for a file that is no longer what the decision was made on. */
export const CHANGED_SINCE_REVIEW = 'The file changed since it was reviewed. Look at it again.';
