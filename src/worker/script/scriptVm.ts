import type { PositionedScript } from './errorPosition.ts';

/** What code inside the sandbox can ask for; all values are JSON text. */
export interface ScriptVmHost {
  call(callId: number, callJson: string): void;
  cancelTimer(callId: number): void;
  phase(title: string): void;
  log(level: 'info' | 'warning', message: string): void;
  /** Returns a SyncAnswer as JSON text. */
  files(paramsJson: string): string;
  read(paramsJson: string): string;
  /** The code of a child workflow is about to be compiled under this name. */
  compiling(script: PositionedScript): void;
  /** The child of a workflow() call ended: JSON text of what it threw, or `null`. */
  childEnd(callId: number, errorJson: string): void;
  /** The script's promise settled; a GuestResult as JSON text. */
  done(resultJson: string): void;
}

/** Why code in the sandbox stopped without an ordinary end. */
export type VmStop =
  | { readonly type: 'interrupted' }
  | { readonly type: 'timeout' }
  | { readonly type: 'memory' }
  | { readonly type: 'stack' }
  | { readonly type: 'syntax'; readonly message: string; readonly stack: string };

/**
 * The seam to the sandbox engine. One VM runs one script once; after a stop it is thrown away, because an
 * interrupted engine is in no state to go on.
 */
export interface ScriptVm {
  /** Starts the script and runs until it waits. */
  start(source: string, fileName: string): VmStop | null;
  /** Hands one answer in and runs until the script waits again. */
  deliver(messageJson: string): VmStop | null;
  dispose(): void;
}
