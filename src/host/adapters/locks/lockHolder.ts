import { labelTime, pidOfLabel } from './lockLabel.ts';

/** Who has a lock. */
export interface LockHolder {
  /** Null when the file does not say. */
  readonly pid: number | null;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** The holder that a label names, since its file was made. */
export async function holderOf(file: string, label: string): Promise<LockHolder> {
  return { pid: pidOfLabel(label), sinceMs: (await labelTime(file)) ?? Date.now() };
}
