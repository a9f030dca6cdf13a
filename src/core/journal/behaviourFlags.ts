/**
 * What this version does differently from an earlier one in a way that a replay can see. A journal names the
 * flags that it was written under, so that its replay follows them for ever. A flag is never taken out.
 */
const behaviourFlags = {
  'refusals-are-entries': {
    since: '0.1.0',
    reason:
      'A call that is answered with an error before anything starts has a journal entry, so that a replay gives the error in its place among the other outcomes.',
  },
} as const;

/** The flags that a journal of this version names. */
export const currentFlags: readonly string[] = Object.keys(behaviourFlags);

/** Thrown when a journal was written under a flag that this version does not know. */
class NewerJournalError extends Error {
  override readonly name = 'NewerJournalError';
  readonly code = 'journal_newer';

  constructor(flag: string) {
    super(
      `The run cannot continue: its journal comes from a newer version of Muster (it names "${flag}"). Update Muster. You can still review what the run proposed.`,
    );
  }
}

/** Flags that hold for every session of a journal; throws when one of them is unknown. */
export function commonFlags(sessions: readonly (readonly string[])[]): ReadonlySet<string> {
  const unknown = sessions.flat().find((flag) => !Object.hasOwn(behaviourFlags, flag));
  if (unknown !== undefined) throw new NewerJournalError(unknown);
  const [first = [], ...others] = sessions;
  return new Set(first.filter((flag) => others.every((session) => session.includes(flag))));
}
