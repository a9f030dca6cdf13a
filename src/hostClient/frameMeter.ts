import { MAX_FRAME_HEADER_BYTES } from './rpcLimits.ts';

const HEADER_END = '\r\n\r\n';

/**
 * Watches the bytes of a connection for messages that are too large. The reader of the protocol keeps whatever
 * it is sent until a message is whole, so that this must say no before.
 */
export class FrameMeter {
  /** Bytes that one message may have from now on. */
  maxFrameBytes: number;
  #header = '';
  #bodyBytesLeft = 0;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** False when the connection must be closed. */
  accepts(chunk: Uint8Array): boolean {
    let rest = chunk;
    while (rest.length > 0) {
      const taken = Math.min(this.#bodyBytesLeft, rest.length);
      this.#bodyBytesLeft -= taken;
      rest = rest.subarray(taken);
      if (rest.length === 0) return true;
      const headerBytes = this.#takeHeader(rest);
      if (headerBytes === null) return false;
      rest = rest.subarray(headerBytes);
    }
    return true;
  }

  /** How many bytes belong to the header; null when it is none or announces too much. */
  #takeHeader(rest: Uint8Array): number | null {
    const before = this.#header.length;
    // Header lines are ASCII: one character is one byte.
    const first = rest.subarray(0, MAX_FRAME_HEADER_BYTES + HEADER_END.length);
    const text = this.#header + Buffer.from(first).toString('latin1');
    const end = text.indexOf(HEADER_END);
    if (end < 0) {
      this.#header = text;
      return text.length > MAX_FRAME_HEADER_BYTES ? null : rest.length;
    }
    this.#header = '';
    const length = readLength(text.slice(0, end));
    if (length === null || length > this.maxFrameBytes) return null;
    this.#bodyBytesLeft = length;
    return end + HEADER_END.length - before;
  }
}

/** Null unless there is exactly one: of two, the reader might believe the other. */
function readLength(header: string): number | null {
  const [found, ...others] = header.matchAll(/^content-length: *(\d{1,15}) *$/gimu);
  return found === undefined || others.length > 0 ? null : Number(found[1]);
}
