import { errorText } from '../../base/errorText.ts';

/** Where the extension writes what is of use to whoever looks for a fault. */
export interface ExtensionLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Owns work that nobody waits for: a failure is logged and never lost. */
export class Tasks {
  readonly #log: ExtensionLog;

  constructor(log: ExtensionLog) {
    this.#log = log;
  }

  /** Takes over a promise; `purpose` names it in the log. */
  track(purpose: string, work: PromiseLike<unknown>): void {
    work.then(undefined, (error: unknown) => this.#log.error(`${purpose}: ${errorText(error)}`));
  }
}
