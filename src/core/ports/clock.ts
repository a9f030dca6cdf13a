/** Time, as core sees it. */
export interface Clock {
  /** Milliseconds since the epoch, for records. */
  nowMs(): number;
  /** Milliseconds of a clock that never jumps, for limits. */
  monotonicMs(): number;
  /** Calls back once after a time; dispose cancels. */
  after(delayMs: number, callback: () => void): { dispose(): void };
}

/** Randomness, as core sees it. */
export interface Random {
  /** From 0 inclusive to 1 exclusive. */
  next(): number;
  /** A new id, unique and safe as a file name. */
  id(): string;
}
