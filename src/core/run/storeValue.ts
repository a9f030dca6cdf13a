import type { Json } from '../../base/json.ts';
import type { ValueRef } from '../../protocol/runEvents.ts';
import { MAX_INLINE_JSON_BYTES } from '../limits.ts';
import type { BlobStore } from '../ports/runStore.ts';

/** Puts a value where the journal can name it: in place while it is small, else as a durable blob. */
export async function storeValue(value: Json, blobs: BlobStore): Promise<ValueRef> {
  const json = JSON.stringify(value);
  const bytes = new TextEncoder().encode(json);
  if (bytes.length <= MAX_INLINE_JSON_BYTES) return { type: 'inline', json };
  return { type: 'blob', sha256: await blobs.put(bytes), bytes: bytes.length };
}
