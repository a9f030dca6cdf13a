/** A git command that failed, or a git process that ended before it answered. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly code = 'git_failed';
  readonly exitCode: number | null;

  constructor(message: string, exitCode: number | null) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Recognises a failed git command, also one that crossed a thread. */
export function isGitError(error: unknown): error is GitError {
  return error instanceof Error && 'code' in error && error.code === 'git_failed';
}
