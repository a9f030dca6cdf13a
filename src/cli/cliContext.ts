import type { Readable } from 'node:stream';
import { terminalText } from '../base/visibleText.ts';

/** What a command gets from its surroundings; tests give their own. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly distDirectory: string;
  /** Calls back for each Ctrl+C until disposed. */
  onInterrupt(callback: () => void): { dispose(): void };
}

/** Where text goes. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly cwd?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Writes one line; what models and files put into it reaches a terminal as text only. */
export function printLine(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${terminalText(text)}\n`);
}
