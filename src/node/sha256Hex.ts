import { hash } from 'node:crypto';

/** The SHA-256 of bytes, or of a text in UTF-8. */
export function sha256Hex(content: Uint8Array | string): string {
  return hash('sha256', content, 'hex');
}
