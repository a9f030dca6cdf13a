import { scrubSecrets } from '../../core/journal/scrubSecrets.ts';

/** Whether bytes of any kind hold one of the secrets or something that looks like a token, also as UTF-16. */
export function holdsSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  // One character a byte: tokens are plain letters, and whatever else is in the file stays what it is.
  const text = Buffer.from(bytes).toString('latin1');
  const bytewise = secrets.map((secret) => Buffer.from(secret).toString('latin1'));
  if (scrubSecrets(text, bytewise) !== text) return true;
  if (!text.includes('\0')) return false;
  const narrow = text.replaceAll('\0', '');
  return scrubSecrets(narrow, bytewise) !== narrow;
}
