/** Edits that the exact diff looks for before it gives up: its cost grows with the square of this number. */
export const MAX_EXACT_EDITS = 600;

/** The same for each stretch between two anchor lines of a text that was too different as a whole. */
export const MAX_STRETCH_EDITS = 150;

/** Steps (edits squared) that all stretches of one diff may cost together: about a tenth of a second. */
export const STRETCH_STEP_BUDGET = 400_000;
