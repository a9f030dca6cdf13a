/** Files written at a time: enough to hide the disk's waits, few enough to keep an editor smooth. */
export const PARALLEL_WRITES = 8;

/**
 * Time for all writes of one plan, in milliseconds: a thousand files take a few seconds. What is not
 * begun by then is refused, because the host lets somebody else decide soon after.
 */
export const APPLY_LIMIT_MS = 90_000;
