/** What no user's setting can exceed. */

/** Agents of one run: more of them nobody reviews. */
export const AGENT_CEILING = 1000;

/** Agents at once: no provider answers more at a time. */
export const CONCURRENCY_CEILING = 256;
