// Sequences that a terminal takes for colours, cursor moves and links. Each alternative ends at the first
// character that does not belong to it, so that the time is linear in the text.
const ESCAPES = /\u001B(?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/gu;

/** The text without what programs print for terminals only. */
export function withoutEscapes(text: string): string {
  return text.replace(ESCAPES, '');
}
