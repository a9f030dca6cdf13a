/** Said of a stale receipt: the script went on, or the user took only a part of what was proposed. */
export const STALE_WORDS = 'stale: it ran on other files than those proposed or accepted now';
