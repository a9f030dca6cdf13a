/** Exit codes, as `--help` and the documentation list them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  limit: 3,
  gate: 4,
  cancelled: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a code and one sentence for stderr. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
