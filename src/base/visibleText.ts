// Controls but line breaks and tabs, format characters (which turn or hide text), odd separators, and
// what no font shows.
const hidden = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/gu;

/** Writes characters that a reader could not see, or that show text in another order, as their numbers. */
export function visibleText(text: string): string {
  return text.replaceAll(hidden, (character) => {
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `⟨U+${number.padStart(4, '0')}⟩`;
  });
}
