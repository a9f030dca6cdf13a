/** Any value that survives JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Parses JSON text and refuses a `__proto__` key anywhere, so that a later copy can never reach a prototype. */
export function parseJson(text: string): Json {
  // JSON.parse is typed `any`; by definition it yields a Json value.
  return JSON.parse(text, maySpellProto(text) ? refuseProto : undefined) as Json;
}

// Looking at every key takes eight times as long. A letter can only be disguised as \u00 and two digits.
function maySpellProto(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u00');
}

/** Whether the text nests objects and arrays deeper than this; what is no JSON may count as either. */
export function isJsonDeeperThan(text: string, maxDepth: number): boolean {
  // Each level takes two characters at least.
  if (text.length <= 2 * maxDepth) return false;
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gsu)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** Serialises with object keys sorted at every depth, so that equal values have equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${members.join(',')}}`;
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('A "__proto__" key is not allowed in JSON.');
  return value;
}

/** Whether a value's JSON text has more than this many characters. */
export function isJsonLongerThan(value: Json, maxChars: number): boolean {
  return JSON.stringify(value).length > maxChars;
}
