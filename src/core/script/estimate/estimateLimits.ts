/** Items of a generous array: enough to tell a list from a single thing, few enough to nest. */
export const GENEROUS_ITEMS = 3;

/** Values in one stub answer: three levels of generous arrays with room for their properties. */
export const MAX_STUB_VALUES = 2000;

/** Depth of one stub answer: a schema that refers to itself ends here. */
export const MAX_STUB_DEPTH = 12;

/** Characters of one stub text: what a minLength may ask for before it says nothing about the script. */
export const MAX_STUB_CHARS = 10_000;

/** Calls of any kind in one mock run: three for each of the largest run's agents, and well within its time. */
export const MAX_STUB_CALLS = 3000;

/** Failed items that an estimate names for each stub: the first ones tell the cause. */
export const MAX_NAMED_FAILURES = 3;

/** Ended agents that a history needs before it stands in for the default: one or two may be odd ones. */
export const MIN_SAMPLES = 3;
