/** Stands where a secret stood. */
export const SCRUBBED = '[secret removed]';

/** Shorter explicit secrets are left alone: they would hit ordinary words. */
const MIN_SECRET_CHARS = 8;

/** Tokens that are known by their shape. Every part is bounded, so that matching takes linear time. */
const TOKEN_PATTERNS = [
  // A private key block in PEM form, also where its line breaks are escaped.
  String.raw`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,.-]{0,20000}?-----END [A-Z ]{0,40}PRIVATE KEY-----`,
  // Anthropic, OpenAI and Stripe keys.
  String.raw`\bsk-[A-Za-z0-9_-]{20,400}`,
  String.raw`\b[sr]k_live_[A-Za-z0-9]{16,200}`,
  // GitHub, GitLab and npm tokens.
  String.raw`\bgh[oprsu]_[A-Za-z0-9]{30,255}`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{30,255}`,
  String.raw`\bglpat-[A-Za-z0-9_-]{20,255}`,
  String.raw`\bnpm_[A-Za-z0-9]{36}\b`,
  // Amazon access key ids, Google API keys, Slack tokens.
  String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
  String.raw`\bAIza[A-Za-z0-9_-]{35}`,
  String.raw`\bxox[abeoprs]-[A-Za-z0-9-]{10,255}`,
  // JSON Web Tokens.
  String.raw`\beyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,4000}`,
];

const TOKENS = new RegExp(TOKEN_PATTERNS.join('|'), 'gu');

/**
 * Finds at least every token of the patterns above within JSON text. No character of theirs is escaped in JSON;
 * what stands before them may be (`\n` ends in a letter), so that nothing is asked of it.
 */
const MAY_BE_TOKEN =
  /-----BEGIN |sk-[A-Za-z0-9_-]{20}|k_live_|gh[oprsu]_[A-Za-z0-9]{30}|github_pat_|glpat-|npm_[A-Za-z0-9]{36}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|xox[abeoprs]-|eyJ[A-Za-z0-9_-]{10}/u;

/** Takes out whatever looks like a token, and the given secrets; everything else stays as it is. */
export function scrubSecrets(text: string, secrets: readonly string[] = []): string {
  let scrubbed = text.replace(TOKENS, SCRUBBED);
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_CHARS) scrubbed = scrubbed.replaceAll(secret, SCRUBBED);
  }
  return scrubbed;
}

/** JSON text in which every string value is scrubbed, so that it stays valid JSON whatever a secret contains. */
export function scrubbedJson(value: unknown, secrets: readonly string[] = []): string {
  const json = JSON.stringify(value);
  // Nearly always there is none, and one look at the whole is cheaper than one at every string.
  if (!mayHoldSecret(json, secrets)) return json;
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'string' ? scrubSecrets(item, secrets) : item,
  );
}

function mayHoldSecret(json: string, secrets: readonly string[]): boolean {
  return MAY_BE_TOKEN.test(json) || secrets.some((secret) => mayHold(json, secret));
}

/** Compares a secret in the form that it has inside of JSON, with its quotes and backslashes escaped. */
function mayHold(json: string, secret: string): boolean {
  if (secret.length < MIN_SECRET_CHARS) return false;
  // Half a character is escaped or not, depending on what it stands beside.
  return !secret.isWellFormed() || json.includes(JSON.stringify(secret).slice(1, -1));
}
