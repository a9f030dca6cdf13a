/** A run's folder as an audit sees it: names, sizes and hashes; nothing of it is believed. */
export interface RunFolder {
  readonly runId: string;
  /** Whether a living process still writes into it. */
  readonly isLive: boolean;
  /** Size of every plain file, by its path with `/`. */
  readonly files: ReadonlyMap<string, number>;
  /** Names that are neither files nor folders, such as links: they are never followed. */
  readonly strange: readonly string[];
  /** Hash of a file, or of its first bytes. */
  sha256(name: string, firstBytes?: number): Promise<string>;
  /** A whole file; rejects when it is larger than any of its kind. */
  read(name: string): Promise<Uint8Array>;
}
