import type { Overlay } from '../changes/tree/overlay.ts';
import { PLAIN_FILE_MODE, SYMLINK_MODE } from '../changes/text/fileContent.ts';
import { classifyPath, normaliseAgentPath } from '../../paths/protectedPaths.ts';
import { decodeFile, fromAgentText, toAgentText, type TextFile } from '../changes/text/textFile.ts';
import type { FileChange, FileContent, SnapshotUnderneath } from '../ports/fileView.ts';
import type { AgentFiles, FileEdit, FileText } from './agentFiles.ts';

/** An agent's files over its overlay: paths are checked, text is decoded, and every byte that was left alone is kept. */
export class OverlayFiles implements AgentFiles {
  readonly #overlay: Overlay;

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
  }

  get underneath(): SnapshotUnderneath | undefined {
    return this.#overlay.underneath;
  }

  list(): readonly string[] {
    return this.#overlay.list();
  }

  async readText(path: string): Promise<FileText> {
    const found = await this.#find(path);
    if (found.type === 'refused') return found;
    if (found.content === null) return refuse(`There is no file ${found.path}.`);
    const text = readableText(found.content);
    return text === null
      ? refuse(`${found.path} is not text.`)
      : { type: 'text', text: toAgentText(text) };
  }

  async writeText(path: string, text: string): Promise<FileEdit> {
    const found = await this.#find(path);
    if (found.type === 'refused') return found;
    const refusal = writeRefusal(found.path);
    if (refusal !== null) return refuse(refusal);
    const base = found.content === null ? null : readableText(found.content);
    if (found.content !== null && base === null) {
      return refuse(`${found.path} is not text and cannot be written as text.`);
    }
    const encoded = fromAgentText(base, text);
    if (encoded.type === 'refused') return refuse(encoded.reason);
    const mode = found.content?.mode ?? PLAIN_FILE_MODE;
    return done(this.#overlay.write(found.path, { bytes: encoded.bytes, mode }));
  }

  async take(path: string, content: FileChange): Promise<FileEdit> {
    // Found first, so that what it replaces counts as read.
    const found = await this.#find(path);
    if (found.type === 'refused') return found;
    const refusal = writeRefusal(found.path);
    if (refusal !== null) return refuse(refusal);
    const overlay = this.#overlay;
    if (content !== null) return done(overlay.write(found.path, content));
    return found.content === null ? { type: 'done' } : done(overlay.delete(found.path));
  }

  async delete(path: string): Promise<FileEdit> {
    const found = await this.#find(path);
    if (found.type === 'refused') return found;
    const refusal = writeRefusal(found.path);
    return refusal === null ? done(this.#overlay.delete(found.path)) : refuse(refusal);
  }

  async move(from: string, to: string): Promise<FileEdit> {
    const [source, target] = [await this.#find(from), await this.#find(to)];
    if (source.type === 'refused') return source;
    if (target.type === 'refused') return target;
    const refusal = writeRefusal(source.path) ?? writeRefusal(target.path);
    if (refusal !== null) return refuse(refusal);
    // A link says where it leads from where it stands.
    if (source.content?.mode === SYMLINK_MODE) {
      return refuse(`${source.path} is a symbolic link and cannot be moved.`);
    }
    return done(await this.#overlay.move(source.path, target.path));
  }

  async #find(path: string): Promise<Found | Refused> {
    const normalised = normaliseAgentPath(path);
    if (normalised.type === 'refused') return normalised;
    if (classifyPath(normalised.path) === 'hidden') {
      return refuse(`${normalised.path} is protected and not available to agents.`);
    }
    return {
      type: 'found',
      path: normalised.path,
      content: await this.#overlay.read(normalised.path),
    };
  }
}

type Refused = { readonly type: 'refused'; readonly reason: string };
interface Found {
  readonly type: 'found';
  readonly path: string;
  readonly content: FileContent | null;
}

function readableText(content: FileContent): TextFile | null {
  if (content.mode === SYMLINK_MODE) return null;
  const decoded = decodeFile(content.bytes);
  return decoded.type === 'text' ? decoded : null;
}

function writeRefusal(path: string): string | null {
  return classifyPath(path) === 'readOnly'
    ? `${path} can be read but not changed by agents.`
    : null;
}

function done(result: { readonly type: 'ok' } | Refused): FileEdit {
  return result.type === 'ok' ? { type: 'done' } : result;
}

function refuse(reason: string): Refused {
  return { type: 'refused', reason };
}
