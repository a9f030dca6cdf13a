import { parseJson, type Json } from '../../../base/json.ts';
import type { ValueRef } from '../../../protocol/events/valueRef.ts';
import { MAX_INLINE_JSON_BYTES } from '../../limits.ts';
import type { BlobStore } from '../../ports/runStore.ts';

/** Puts a value where the journal can name it: in place while it is small, else as a durable blob. */
export async function storeValue(value: Json, blobs: BlobStore): Promise<ValueRef> {
  const json = JSON.stringify(value);
  const bytes = new TextEncoder().encode(json);
  if (bytes.length <= MAX_INLINE_JSON_BYTES) return { type: 'inline', json };
  return { type: 'blob', sha256: await blobs.put(bytes), bytes: bytes.length };
}

/** The same for what an agent had read; null when it read nothing. */
export async function storeReads(
  reads: ReadonlyMap<string, string | null>,
  blobs: BlobStore,
): Promise<ValueRef | null> {
  return reads.size === 0 ? null : storeValue(Object.fromEntries(reads), blobs);
}

/** The value that a reference names. */
export async function loadValue(ref: ValueRef, blobs: Pick<BlobStore, 'get'>): Promise<Json> {
  if (ref.type === 'inline') return parseJson(ref.json);
  return parseJson(new TextDecoder().decode(await blobs.get(ref.sha256)));
}
