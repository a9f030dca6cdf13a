import type { MessagePort } from 'node:worker_threads';

/** Limits of the sandbox for one script, chosen by the host. */
export interface SandboxLimits {
  readonly memoryBytes: number;
  /** Longest time of uninterrupted computing, in milliseconds. */
  readonly computeMs: number;
  readonly stackBytes: number;
  readonly maxJsonChars: number;
  readonly maxBatchItems: number;
}

/** Compiled once in the host and shared with every worker. */
export interface SandboxModules {
  readonly quickjs: WebAssembly.Module;
  readonly extensions: readonly { readonly name: string; readonly wasm: WebAssembly.Module }[];
}

/** Places in the control array that host and worker share. */
export const CONTROL_INTERRUPT = 0;
export const CONTROL_SYNC_ANSWERS = 1;
export const CONTROL_SLOTS = 2;

/**
 * What the host gives a script worker. It crosses a thread by structured clone, because ports, modules
 * and shared memory are not JSON; it comes from our own code only.
 */
export interface ScriptTask {
  /** Prepared source: an expression that is a promise. */
  readonly source: string;
  readonly fileName: string;
  readonly linesBefore: number;
  readonly argsJson: string | null;
  readonly budgetTokens: number | null;
  readonly budgetUsd: number | null;
  readonly allowedGlobals: readonly string[];
  /** Say each time that the script stands still. */
  readonly reportsWaiting: boolean;
  readonly limits: SandboxLimits;
  readonly modules: SandboxModules;
  /** ScriptToHost out, HostToScript in. */
  readonly port: MessagePort;
  /** SyncAnswer in. */
  readonly syncPort: MessagePort;
  readonly control: Int32Array;
}
