/** Items of a generous array: enough to tell a list from a single thing, few enough to nest. */
export const GENEROUS_ITEMS = 3;

/** Values in one stub answer, after which it gets lean: three levels of generous arrays with some properties. */
export const MAX_STUB_VALUES = 1000;

/** Parts of a schema that are looked at for one answer: a schema may refer to itself in many ways at once. */
export const MAX_SCHEMA_STEPS = 10_000;

/** Characters of a schema that is answered in its shape: far more than a model is ever given. */
export const MAX_SCHEMA_CHARS = 200_000;

/** Depth of one stub answer: a schema that refers to itself ends here. */
export const MAX_STUB_DEPTH = 12;

/** Characters of one stub text: what a minLength may ask for before it says nothing about the script. */
export const MAX_STUB_CHARS = 1000;

/** Characters of a pattern that is read: what a person could still have written. */
export const MAX_PATTERN_CHARS = 300;

/** Calls of any kind in one mock run: two for each of the largest run's agents, and within its time. */
export const MAX_STUB_CALLS = 2000;

/** Failed items that an estimate names for each stub: the first ones tell the cause. */
export const MAX_NAMED_FAILURES = 3;

/** Ended agents that a history needs before it stands in for the default: one or two may be odd ones. */
export const MIN_SAMPLES = 3;
