import { totalmem } from 'node:os';
import {
  MAX_COMMAND_DISK_BYTES,
  MAX_COMMAND_FILES,
  MAX_COMMAND_MEMORY_BYTES,
  MAX_COMMAND_PRINTED_BYTES,
  MAX_COMMAND_PROCESSES,
  MAX_COMMAND_THREADS,
} from '../../../../core/limits.ts';

/** What one command may use of the machine. */
export interface CommandLimits {
  readonly processes: number;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly files: number;
  readonly printedBytes: number;
}

/** What a command uses; null for what cannot be seen on this system. */
export type CommandUse = { readonly [name in keyof CommandLimits]?: number | null };

/** The product's limits on this machine. */
export function commandLimits(): CommandLimits {
  return {
    processes: MAX_COMMAND_PROCESSES,
    threads: MAX_COMMAND_THREADS,
    memoryBytes: Math.min(MAX_COMMAND_MEMORY_BYTES, totalmem() / 2),
    diskBytes: MAX_COMMAND_DISK_BYTES,
    files: MAX_COMMAND_FILES,
    printedBytes: MAX_COMMAND_PRINTED_BYTES,
  };
}

/** What a command does too much of, as the end of a sentence; null while it keeps to its limits. */
export function excessOf(use: CommandUse, limits: CommandLimits): string | null {
  const names = [
    'processes',
    'threads',
    'memoryBytes',
    'diskBytes',
    'files',
    'printedBytes',
  ] as const;
  const exceeded = names.find((name) => (use[name] ?? 0) > limits[name]);
  return exceeded === undefined ? null : describe[exceeded](limits[exceeded]);
}

const describe: { readonly [name in keyof CommandLimits]: (limit: number) => string } = {
  processes: (limit) => `it started more than ${limit} processes`,
  threads: (limit) => `it started more than ${limit} threads`,
  memoryBytes: (limit) => `it used more than ${mebibytes(limit)} of memory`,
  diskBytes: (limit) => `it wrote more than ${mebibytes(limit)} to the disk`,
  files: (limit) => `it made more than ${limit} files`,
  printedBytes: (limit) => `it printed more than ${mebibytes(limit)}`,
};

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
