import type { Json } from '../../../src/base/json.ts';
import {
  agentTypeNames,
  findAgentType,
  type AgentType,
} from '../../../src/core/agent/agentTypes.ts';
import { readAgentCall, type AgentCall } from '../../../src/core/agent/agentCall.ts';
import { toolsFor } from '../../../src/core/agent/tools/agentTools.ts';
import type { AgentCommand, AgentCommandOutcome } from '../../../src/core/agent/agentCommands.ts';
import { OverlayFiles } from '../../../src/core/agent/overlayFiles.ts';
import { runAgent, type AgentAnswer } from '../../../src/core/agent/runAgent.ts';
import type { ToolResult } from '../../../src/core/agent/tools/tool.ts';
import { Overlay } from '../../../src/core/changes/tree/overlay.ts';
import type { ComputePool } from '../../../src/core/ports/computePool.ts';
import type { FileContent, FileView } from '../../../src/core/ports/fileView.ts';
import { inlineCompute } from '../../support/runBench.ts';
import { ScriptedModel, type Step } from '../../support/scriptedModel.ts';

export type Files = Readonly<Record<string, string | Uint8Array | FileContent>>;

class MapView implements FileView {
  readonly #files: ReadonlyMap<string, FileContent>;

  constructor(files: Files) {
    this.#files = new Map(
      Object.entries(files).map(([path, content]) => [
        path,
        typeof content === 'string' || content instanceof Uint8Array
          ? { bytes: new Uint8Array(Buffer.from(content)), mode: 0o100644 }
          : content,
      ]),
    );
  }

  list(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  read(path: string): Promise<FileContent | null> {
    return Promise.resolve(this.#files.get(path) ?? null);
  }
}

/** A call as a script would make it. */
export function callOf(prompt: string, options: Json = null): AgentCall {
  const read = readAgentCall(JSON.stringify([prompt, options]), null);
  if (read.type === 'wrong') throw new Error(read.error.message);
  return read.call;
}

export function typeOf(name: string): AgentType {
  const type = findAgentType(name);
  if (type === null) throw new Error(`There are only: ${agentTypeNames()}.`);
  return type;
}

/** One agent on files in memory. */
export class AgentBench {
  readonly overlay: Overlay;
  readonly transcript: { kind: string; readonly [key: string]: unknown }[] = [];
  readonly activities: string[] = [];
  readonly stop = new AbortController();
  /** Commands that were asked for, and what comes of them. */
  readonly commands: AgentCommand[] = [];
  outcome: AgentCommandOutcome = { type: 'refused', reason: 'Nobody allowed it.' };
  canWrite = true;
  readonly #compute: ComputePool;

  constructor(files: Files, compute: ComputePool = inlineCompute) {
    this.overlay = new Overlay(new MapView(files));
    this.#compute = compute;
  }

  /** Calls one tool, as the loop would. */
  async use(
    name: string,
    input: Json,
    writes: readonly string[] | null = null,
  ): Promise<ToolResult> {
    const tool = toolsFor(callOf('x'), typeOf('general-purpose')).find(
      ({ spec }) => spec.name === name,
    );
    if (tool === undefined) throw new Error(`There is no tool ${name}.`);
    const files = new OverlayFiles(this.overlay);
    return tool.run(input, {
      files,
      compute: this.#compute,
      commands: { run: (command) => this.runCommand(command) },
      writes,
      signal: this.stop.signal,
      canWrite: this.canWrite,
    });
  }

  /** Stands in for the host's side of run_command. */
  runCommand(command: AgentCommand): Promise<AgentCommandOutcome> {
    this.commands.push(command);
    return Promise.resolve(this.outcome);
  }

  run(steps: readonly Step[] | ScriptedModel, options: Json = null): Promise<AgentAnswer> {
    const model = steps instanceof ScriptedModel ? steps : new ScriptedModel(steps);
    const call = callOf('do it', options);
    return runAgent({
      call,
      model: 'm',
      system: 'system',
      compute: this.#compute,
      commands: { run: (command) => this.runCommand(command) },
      tools: toolsFor(call, typeOf(call.agentType)),
      files: new OverlayFiles(this.overlay),
      transcript: {
        write: (entry) => this.transcript.push(entry),
        mark: () => Promise.resolve(null),
        close: () => Promise.resolve(),
      },
      signal: this.stop.signal,
      send: (request) => model.send(request, { signal: this.stop.signal }),
      onProgress: ({ activity }) => this.activities.push(activity),
    });
  }

  /** Texts of what was changed; null for deleted. */
  changes(): Readonly<Record<string, string | null>> {
    return Object.fromEntries(
      [...this.overlay.changes()].map(([path, change]) => [
        path,
        change === null ? null : Buffer.from(change.bytes).toString('latin1'),
      ]),
    );
  }
}
