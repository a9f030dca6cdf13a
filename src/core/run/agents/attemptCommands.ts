/** Runs the commands of one attempt of one agent, in a directory that holds the files as the agent sees them. */
import type {
  AgentCommand,
  AgentCommandOutcome,
  AgentCommands,
} from '../../agent/agentCommands.ts';
import type { Overlay } from '../../changes/tree/overlay.ts';
import type { FileChange, WorkDirectory } from '../../ports/fileView.ts';
import { errorText } from '../../../base/errorText.ts';
import type { CommandContext } from '../commands/commandContext.ts';
import type { RunContext } from '../runContext.ts';

export interface AttemptCommandsOptions {
  readonly ctx: Pick<RunContext, 'services' | 'recorder'> & CommandContext;
  readonly agentId: number;
  readonly overlay: Overlay;
  /** What the run had changed when the attempt began, which is what the overlay lies on. */
  readonly baseChanges: () => ReadonlyMap<string, FileChange>;
  /** True for an agent that keeps its directory from one command to the next. */
  readonly keepsDirectory: boolean;
  readonly signal: AbortSignal;
  /** Runs a wait for a person, during which the agent's time stands still and others may take its place. */
  readonly whileAsking: <T>(ask: () => Promise<T>) => Promise<T>;
  /** Runs something that takes long without a sign of life. */
  readonly whileBusy: <T>(work: () => Promise<T>) => Promise<T>;
}

export class AttemptCommands implements AgentCommands {
  readonly #options: AttemptCommandsOptions;
  #kept: WorkDirectory | null = null;

  constructor(options: AttemptCommandsOptions) {
    this.#options = options;
  }

  async run(request: AgentCommand): Promise<AgentCommandOutcome> {
    const { ctx, agentId, signal, whileAsking, whileBusy } = this.#options;
    const { command, cwd } = request;
    const asked = { agentId, command, cwd };
    const approval = await ctx.commands.decide(asked, { signal, whileAsking });
    if (approval.type === 'refused') return approval;
    return whileBusy(() => this.#runAllowed(request, approval.by));
  }

  /** Gives a kept directory back. */
  dispose(): void {
    this.#kept?.release();
    this.#kept = null;
  }

  async #runAllowed(
    request: AgentCommand,
    allowedBy: 'list' | 'plan' | 'user',
  ): Promise<AgentCommandOutcome> {
    const { signal } = this.#options;
    const directory = await this.#open();
    try {
      return await this.#runIn(directory, request, allowedBy);
    } catch (error) {
      signal.throwIfAborted();
      return { type: 'refused', reason: `The command could not be run: ${errorText(error)}` };
    } finally {
      if (directory !== this.#kept) directory.release();
    }
  }

  async #open(): Promise<WorkDirectory> {
    if (this.#kept !== null) return this.#kept;
    const { ctx, keepsDirectory, signal } = this.#options;
    const use = keepsDirectory ? 'agent' : 'command';
    const directory = await ctx.services.snapshots.openDirectory({ use, signal, setup: ctx.setup });
    if (keepsDirectory) this.#kept = directory;
    return directory;
  }

  async #runIn(
    directory: WorkDirectory,
    { command, cwd, timeoutMs }: AgentCommand,
    allowedBy: 'list' | 'plan' | 'user',
  ): Promise<AgentCommandOutcome> {
    const { ctx, agentId, overlay, baseChanges, signal } = this.#options;
    const { snapshot, snapshots, commands, store } = ctx.services;
    const files = new Map([...baseChanges(), ...overlay.changes()]);
    const treeHash = await snapshots.writeTree(snapshot.tree, files);
    await directory.show(treeHash);
    const commandId = ctx.nextCommandId();
    const log = await store.commandLog(agentId, commandId);
    const result = await commands.run({
      command,
      timeoutMs,
      signal,
      logPath: log.path,
      tree: directory.path,
      directory: cwd === '' ? directory.path : `${directory.path}/${cwd}`,
    });
    const changes = await directory.changes();
    const { exitCode, timedOut, durationMs, output } = result;
    const stopped = result.stopped === undefined ? {} : { stopped: result.stopped };
    await ctx.recorder.record({
      type: 'command.ended',
      commandId,
      agentId,
      command,
      cwd,
      treeHash,
      allowedBy,
      exitCode,
      timedOut,
      ...stopped,
      durationMs,
      sandbox: await commands.sandbox(),
      files: [...(await store.markFiles([log.name]))],
    });
    return { type: 'ran', exitCode, timedOut, ...stopped, durationMs, output, changes };
  }
}
