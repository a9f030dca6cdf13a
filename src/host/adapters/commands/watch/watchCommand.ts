/** Watches what a command uses of the machine, so that one without bounds takes no more than its limits. */
import { writeFile } from 'node:fs/promises';
import { COMMAND_WATCH_MS } from '../../../../core/limits.ts';
import type { Clock } from '../../../../core/ports/clock.ts';
import { errorText } from '../../../../base/errorText.ts';
import type { Log } from '../../../../core/ports/log.ts';
import { RUN_TAG_VARIABLE } from '../commandEnvironment.ts';
import { excessOf, type CommandLimits, type CommandUse } from './commandLimits.ts';
import { DiskWatch } from './diskUse.ts';
import { memoryOf } from './memoryUse.ts';
import { ProcessTable } from './processTable.ts';

export interface WatchedCommand {
  readonly pid: number;
  readonly runTag: string;
  /** When it was started. */
  readonly sinceMs: number;
  /** What it can write to; all on one disk. */
  readonly folders: readonly string[];
  readonly limits: CommandLimits;
  readonly printedBytes: () => number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once, with what it does too much of. */
  readonly onExcess: (excess: string) => void;
}

/** Where memory runs out all the same, the kernel shall take the command and not the user's editor. */
const OOM_SCORE = '900';

/** Looks at regular times until it is disposed. */
export function watchCommand(command: WatchedCommand): { dispose(): void } {
  const watch = new CommandWatch(command);
  watch.start();
  return watch;
}

class CommandWatch {
  readonly #command: WatchedCommand;
  readonly #table: ProcessTable | null;
  #disk: DiskWatch | null = null;
  #timer: { dispose(): void } | null = null;
  #isOver = false;

  constructor(command: WatchedCommand) {
    this.#command = command;
    const entry = `${RUN_TAG_VARIABLE}=${command.runTag}`;
    this.#table = process.platform === 'linux' ? new ProcessTable(command.pid, entry) : null;
  }

  start(): void {
    this.#prepare().then(
      () => this.#next(),
      (error: unknown) => {
        this.#warn(error);
        this.#next();
      },
    );
  }

  dispose(): void {
    this.#isOver = true;
    this.#timer?.dispose();
  }

  async #prepare(): Promise<void> {
    const { folders, limits, sinceMs, pid } = this.#command;
    const { diskBytes, files } = limits;
    if (this.#table !== null) {
      // A command that is over already needs no mark.
      await writeFile(`/proc/${pid}/oom_score_adj`, OOM_SCORE).catch(() => undefined);
    }
    this.#disk = await DiskWatch.start({ folders, limits: { diskBytes, files }, sinceMs });
  }

  #next(): void {
    if (this.#isOver) return;
    this.#timer = this.#command.clock.after(COMMAND_WATCH_MS, () => {
      this.#look().then(
        () => this.#next(),
        (error: unknown) => {
          this.#warn(error);
          this.#next();
        },
      );
    });
  }

  async #look(): Promise<void> {
    const { limits, onExcess } = this.#command;
    const excess = excessOf(await this.#use(), { ...limits, ...this.#disk?.limits });
    if (excess === null || this.#isOver) return;
    this.dispose();
    onExcess(excess);
  }

  async #use(): Promise<CommandUse> {
    const { limits, printedBytes } = this.#command;
    const found = this.#table?.look() ?? [];
    const use = {
      processes: found.length,
      threads: found.reduce((sum, { threads }) => sum + threads, 0),
      printedBytes: printedBytes(),
    };
    // A fork bomb is to be stopped before anything else is looked at.
    if (excessOf(use, limits) !== null) return use;
    const pids = found.map(({ pid }) => pid);
    return { ...use, memoryBytes: memoryOf(pids), ...(await this.#disk?.look(pids)) };
  }

  #warn(error: unknown): void {
    this.#command.log.warn('commands', 'cannot be watched', { reason: errorText(error) });
  }
}
