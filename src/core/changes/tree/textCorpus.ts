/** The texts of a snapshot in one piece of shared memory, so that a search costs neither reading nor copying them. */
import { MAX_CORPUS_BYTES } from '../../limits.ts';
import type { Snapshot, SnapshotStore, TextCorpus } from '../../ports/fileView.ts';
import { SYMLINK_MODE } from '../text/fileContent.ts';
import { decodeFile, toAgentText } from '../text/textFile.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** Blobs that are asked for at once: the reader answers them in one go. */
const READ_AT_ONCE = 64;

/** Reads all texts, as agents see them, until the corpus is full. */
export async function buildTextCorpus(
  { entries }: Snapshot,
  store: Pick<SnapshotStore, 'readBlob'>,
): Promise<TextCorpus> {
  const builder = new CorpusBuilder();
  const files = entries.filter(({ mode }) => mode !== SYMLINK_MODE);
  for (let at = 0; at < files.length && !builder.isFull; at += READ_AT_ONCE) {
    const batch = files.slice(at, at + READ_AT_ONCE);
    const contents = await Promise.all(batch.map(({ blob }) => store.readBlob(blob)));
    for (const [index, { path }] of batch.entries()) builder.add(path, contents[index]);
  }
  const links = entries.filter(({ mode }) => mode === SYMLINK_MODE).map(({ path }) => path);
  return builder.finish(links);
}

class CorpusBuilder {
  readonly #paths: string[] = [];
  readonly #texts: Buffer[] = [];
  readonly #known = new Set<string>();
  #bytes = 0;
  isFull = false;

  add(path: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined || this.isFull) return;
    const decoded = decodeFile(bytes);
    if (decoded.type === 'text') {
      const text = Buffer.from(toAgentText(decoded));
      if (this.#bytes + text.length > MAX_CORPUS_BYTES) {
        this.isFull = true;
        return;
      }
      this.#paths.push(path);
      this.#texts.push(text);
      this.#bytes += text.length;
    }
    this.#known.add(path);
  }

  finish(links: readonly string[]): TextCorpus {
    for (const path of links) this.#known.add(path);
    const known: ReadonlySet<string> = this.#known;
    return { shared: this.#share(), paths: this.#paths, knows: (path) => known.has(path) };
  }

  #share(): TextCorpus['shared'] {
    const texts = new SharedArrayBuffer(this.#bytes);
    const ends = new SharedArrayBuffer(this.#paths.length * Uint32Array.BYTES_PER_ELEMENT);
    const [all, ended] = [new Uint8Array(texts), new Uint32Array(ends)];
    let end = 0;
    for (const [index, text] of this.#texts.entries()) {
      all.set(text, end);
      end += text.length;
      ended[index] = end;
    }
    const list = JSON.stringify(this.#paths);
    const names = Buffer.from(list);
    const paths = new SharedArrayBuffer(names.length);
    new Uint8Array(paths).set(names);
    return { listId: sha256Hex(list), texts, ends, paths };
  }
}
