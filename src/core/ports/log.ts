/** Fields of a log line; never a key, a prompt or file contents. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where diagnostics go. */
export interface Log {
  info(tag: string, message: string, fields?: LogFields): void;
  warn(tag: string, message: string, fields?: LogFields): void;
  error(tag: string, message: string, fields?: LogFields): void;
}
