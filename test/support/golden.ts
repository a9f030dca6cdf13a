import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Compares text with a file that is kept; UPDATE_GOLDEN=1 writes the file anew. */
export function assertGolden(file: URL, actual: string): void {
  const path = fileURLToPath(file);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  const kept = existsSync(path) ? readFileSync(path, 'utf8') : '';
  assert.equal(actual, kept, `${path} differs. UPDATE_GOLDEN=1 writes it anew; read the change.`);
}
