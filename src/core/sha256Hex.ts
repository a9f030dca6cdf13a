import { hash } from 'node:crypto';

/** The SHA-256 of bytes, or of a text as UTF-8, in hex. */
export function sha256Hex(content: Uint8Array | string): string {
  return hash('sha256', content, 'hex');
}
