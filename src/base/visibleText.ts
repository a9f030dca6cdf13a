/** Texts that others chose, shown so that they can neither hide nor act. */

// Controls but line breaks and tabs, format characters (which turn or hide text), odd separators, and
// what no font shows.
const HIDDEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/gu;

/** Writes characters that a reader could not see, or that show text in another order, as their numbers. */
export function visibleText(text: string): string {
  return text.replaceAll(HIDDEN, (character) => {
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `⟨U+${number.padStart(4, '0')}⟩`;
  });
}

/**
 * The text for a terminal: what it would obey, and what turns the order of the letters around, spelled out as
 * JSON does, so that JSON stays the same JSON. Line ends and tabs stay, and so does whatever only looks odd.
 */
export function terminalText(text: string): string {
  return text.replaceAll(
    /(?!\r?\n|\r?(?![^])|\t)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
