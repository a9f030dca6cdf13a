/** Characters that stand for themselves outside of classes and groups. */
const LITERAL = /[A-Za-z0-9 _"'<>=,;:@#%&!~`/-]/u;

/** What may follow an escape and then stands for itself. */
const ESCAPED = /[\\^$.*+?()[\]{}|/-]/u;

/** Escapes of one letter that stand for characters of a kind or for a place. */
const KIND = /[bBdDsSwWtnrfv]/u;

/** Shorter ones are in almost every file. */
const SHORTEST = 2;

/**
 * A text that every match of the pattern (flag u) holds, the longest that is easily found; null when there
 * may be none. Only plain characters at the top level count: groups, classes and everything with a
 * quantifier are left out, and an alternative at the top level makes nothing certain.
 */
export function requiredLiteral(pattern: string): string | null {
  const runs = new LiteralRuns();
  let depth = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === '[') at = endOfClass(pattern, at);
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth === 0) return null;
    if (character === '{') at = pattern.indexOf('}', at);
    const isEscape = character === '\\';
    if (isEscape) at += 1;
    const next = pattern.charAt(at);
    // What else follows an escape has more characters, such as \u{1F600} and \k<name>.
    if (isEscape && !KIND.test(next) && !ESCAPED.test(next)) return null;
    const isPlain = isEscape ? ESCAPED.test(next) : LITERAL.test(character);
    if (depth > 0 || !isPlain || character === ')') runs.end();
    else if (/[*?{]/u.test(pattern.charAt(at + 1))) runs.end();
    else runs.add(next);
  }
  runs.end();
  return runs.longest.length < SHORTEST ? null : runs.longest;
}

class LiteralRuns {
  longest = '';
  #run = '';

  add(character: string): void {
    this.#run += character;
  }

  end(): void {
    if (this.#run.length > this.longest.length) this.longest = this.#run;
    this.#run = '';
  }
}

/** Index of the bracket that closes the class. */
function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern.charAt(at) === '\\') at += 1;
    else if (pattern.charAt(at) === ']') return at;
  }
  return pattern.length;
}
