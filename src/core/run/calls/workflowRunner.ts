/** Carries out the script's calls of workflow(): finds the child, freezes its text, and hands it to the sandbox. */
import * as z from 'zod';
import { cutText } from '../../../base/format.ts';
import { parseJson, type Json } from '../../../base/json.ts';
import { errorText } from '../../../base/errorText.ts';
import type { RunEventOf } from '../../../protocol/events/runEvents.ts';
import type {
  AsyncCall,
  HostToScript,
  PreparedChild,
} from '../../../protocol/threads/scriptMessages.ts';
import { MAX_LOG_CHARS } from '../../limits.ts';
import type { UserWorkflows } from '../../ports/userWorkflows.ts';
import { checkScript } from '../../script/checkScript.ts';
import { PREPARED_LINES_BEFORE, prepareChild } from '../../script/prepareScript.ts';
import { findWorkflow, workflowProblem, type WorkflowRef } from '../../script/savedWorkflows.ts';
import type { SnapshotFiles } from '../../changes/tree/snapshotFiles.ts';
import type { AnswerContext } from '../answers/answerContext.ts';
import type { ReplayLog } from '../replay/replayLog.ts';
import type { RunServices } from '../runConfig.ts';
import type { RunContext } from '../runContext.ts';

export type WorkflowMessage = Extract<AsyncCall, { method: 'workflow' }>;
export type StartedWorkflow = RunEventOf<'workflow.started'>;
type Send = (answer: HostToScript) => void;

/** What it needs of a run. */
export interface WorkflowContext
  extends Pick<RunContext, 'recorder' | 'signal'>, Pick<AnswerContext, 'deliveries'> {
  readonly services: Pick<RunServices, 'store'> & SnapshotFiles;
  readonly replay: Pick<ReplayLog, 'workflows' | 'lastWorkflowId'> | null;
}

export interface WorkflowRunnerOptions {
  readonly userWorkflows: UserWorkflows;
  /** The workspace's real path, so that an absolute scriptPath below it is understood. */
  readonly workspaceRoot: string | null;
  /** Name of the run's own script in error positions: no child may have it. */
  readonly mainFileName: string;
}

/** Children of one run: each starts in a millisecond, so that only a loop that never ends starts more. */
const MAX_CHILDREN = 1000;

type ChildIdentity = Pick<StartedWorkflow, 'name' | 'source' | 'scriptSha256'>;

/** A child as it was when the run first asked for it; its text lies in the run's folder. */
type Resolved =
  | ({ readonly type: 'child'; readonly prepared: PreparedChild } & ChildIdentity)
  | { readonly type: 'refused'; readonly message: string };
type Child = Extract<Resolved, { type: 'child' }>;

export class WorkflowRunner {
  readonly #ctx: WorkflowContext;
  readonly #options: WorkflowRunnerOptions;
  /** By what the script asked for: the same call means the same text for the whole run. */
  readonly #resolved = new Map<string, Promise<Resolved>>();
  /** Children of earlier sessions, by the hash of their text and by their source. */
  readonly #frozen = new Map<string, Promise<Child>>();
  /** Workflow ids by the number of the call, and those of children that have not ended. */
  readonly #ids = new Map<number, number>();
  readonly #open = new Set<number>();
  /** Ids of earlier sessions that this one has not met yet. */
  readonly #recorded: Map<number, StartedWorkflow>;
  #lastWorkflowId: number;

  constructor(ctx: WorkflowContext, options: WorkflowRunnerOptions) {
    this.#ctx = ctx;
    this.#options = options;
    const recorded = ctx.replay?.workflows ?? [];
    this.#recorded = new Map(recorded.map((started) => [started.workflowId, started]));
    this.#lastWorkflowId = ctx.replay?.lastWorkflowId ?? 0;
  }

  /** The child that an agent's call stands in; null for the script itself. */
  workflowIdOf(callId: number | null): number | null {
    return callId === null ? null : (this.#ids.get(callId) ?? null);
  }

  /** Resolves when the call has been answered, or the run has been stopped. */
  async handle(callId: number, message: WorkflowMessage, send: Send): Promise<void> {
    const resolved = await this.#resolve(message.params);
    if (this.#ctx.signal.aborted) return;
    if (resolved.type === 'refused') {
      await this.#refuse(callId, resolved.message, send);
      return;
    }
    if (this.#ids.size >= MAX_CHILDREN) {
      await this.#refuse(callId, `workflow(): a run may start ${MAX_CHILDREN} children.`, send);
      return;
    }
    const { scriptSha256, prepared, name, source } = resolved;
    const workflowId = this.#takeId(name, source);
    this.#begin(callId, workflowId);
    const { phase } = message;
    await this.#ctx.recorder.record(
      { type: 'workflow.started', workflowId, callId, name, source, scriptSha256, phase },
      () => send(this.#ctx.deliveries.settle(callId, prepared)),
    );
  }

  /** Answers a call as in an earlier session, with the text that was frozen then. Rejects when that was changed. */
  async deliverRecorded(
    started: StartedWorkflow,
    call: { readonly callId: number; readonly send: Send },
  ): Promise<void> {
    const { workflowId } = started;
    const { prepared } = await this.#frozenOf(started);
    this.#recorded.delete(workflowId);
    this.#begin(call.callId, workflowId);
    call.send(this.#ctx.deliveries.settle(call.callId, prepared));
  }

  /** The sandbox says that a child came to its end; `error` is null when it returned. */
  async noteEnd(callId: number, error: string | null): Promise<void> {
    const workflowId = this.#ids.get(callId);
    if (workflowId === undefined || !this.#open.delete(callId)) return;
    await this.#recordEnd(workflowId, error === null ? null : cutText(error, MAX_LOG_CHARS));
  }

  /** The run is over: children that have not ended never will. To be called before the run's last entry. */
  async noteRunEnd(reason: string): Promise<void> {
    for (const callId of [...this.#open]) await this.noteEnd(callId, reason);
  }

  async #recordEnd(workflowId: number, error: string | null): Promise<void> {
    const { recorder } = this.#ctx;
    const shown = recorder.view.workflows.find((item) => item.workflowId === workflowId);
    // A replay comes to an end that is in the journal already.
    if (shown !== undefined && shown.endedAt !== null && shown.error === error) return;
    await recorder.record({ type: 'workflow.ended', workflowId, error });
  }

  #begin(callId: number, workflowId: number): void {
    this.#ids.set(callId, workflowId);
    this.#open.add(callId);
  }

  /** A child of an earlier session keeps its number, so that its agents stay under one name. */
  #takeId(name: string, source: string): number {
    for (const started of this.#recorded.values()) {
      if (started.name !== name || started.source !== source) continue;
      this.#recorded.delete(started.workflowId);
      return started.workflowId;
    }
    this.#lastWorkflowId += 1;
    return this.#lastWorkflowId;
  }

  // It could pass when the run goes on: the user's own folder is read anew then.
  #refuse(callId: number, message: string, send: Send): Promise<void> {
    const { recorder, deliveries } = this.#ctx;
    const error = { name: 'Error', message };
    return recorder.record(
      { type: 'call.refused', callId, method: 'workflow', error, mayRetry: true },
      () => send(deliveries.fail(callId, error)),
    );
  }

  #resolve(paramsJson: string): Promise<Resolved> {
    const ref = readRef(paramsJson);
    if (typeof ref === 'string') return Promise.resolve({ type: 'refused', message: ref });
    const key = JSON.stringify(ref);
    let resolved = this.#resolved.get(key);
    if (resolved === undefined) {
      resolved = this.#find(ref);
      this.#resolved.set(key, resolved);
    }
    return resolved;
  }

  async #find(ref: WorkflowRef): Promise<Resolved> {
    const frozen = this.#frozenFor(ref);
    if (frozen !== undefined) return this.#frozenOf(frozen);
    const { snapshot, snapshots } = this.#ctx.services;
    const found = await findWorkflow(ref, { snapshot, snapshots, ...this.#options });
    if (found.type === 'missing') return { type: 'refused', message: found.message };
    const problem = workflowProblem(found);
    if (problem !== null) return { type: 'refused', message: problem };
    const { scriptSha256 } = found.check;
    await this.#ctx.services.store.writeFile(frozenName(scriptSha256), found.script);
    return this.#childOf({ ...found, scriptSha256 });
  }

  // A path means the run's snapshot, which is the same in every session.
  #frozenFor(ref: WorkflowRef): StartedWorkflow | undefined {
    if (ref.type === 'path') return undefined;
    return this.#ctx.replay?.workflows.findLast(({ name }) => name === ref.name);
  }

  #frozenOf(started: StartedWorkflow): Promise<Child> {
    const key = `${started.scriptSha256} ${started.source}`;
    const known = this.#frozen.get(key) ?? this.#readFrozen(started);
    this.#frozen.set(key, known);
    return known;
  }

  async #readFrozen({ name, source, scriptSha256 }: StartedWorkflow): Promise<Child> {
    const file = frozenName(scriptSha256);
    const script = await this.#ctx.services.store.readFile(file).catch((cause: unknown) => {
      const message = `Cannot go on with the workflow ${name}: ${file} of the run cannot be read: ${errorText(cause)}`;
      throw new Error(message, { cause });
    });
    const check = checkScript(script);
    if (check.scriptSha256 !== scriptSha256 || !check.ok) {
      throw new Error(`Cannot go on with the workflow ${name}: ${file} of the run was changed.`);
    }
    return this.#childOf({ name, source, script, scriptSha256 });
  }

  #childOf(found: ChildIdentity & { readonly script: string }): Child {
    const { name, source, script, scriptSha256 } = found;
    const fileName = source === this.#options.mainFileName ? `./${source}` : source;
    const linesBefore = PREPARED_LINES_BEFORE;
    const prepared = { name, source: prepareChild(script), fileName, linesBefore };
    return { type: 'child', name, source, scriptSha256, prepared };
  }
}

/** Place of a child's text in the run's folder. */
function frozenName(sha256: string): string {
  return `children/${sha256}.js`;
}

const Params = z.tuple([
  z.union([
    z.string().transform((name): WorkflowRef => ({ type: 'name', name })),
    z
      .object({ scriptPath: z.string() })
      .transform(({ scriptPath: path }): WorkflowRef => ({ type: 'path', path })),
  ]),
  z.unknown(),
]);

/** What the script asks for, or what is wrong with it. */
function readRef(paramsJson: string): WorkflowRef | string {
  let params: Json;
  try {
    params = parseJson(paramsJson);
  } catch (error) {
    return `workflow(): ${errorText(error)}`;
  }
  const parsed = Params.safeParse(params);
  if (parsed.success) return parsed.data[0];
  return 'workflow() needs a name, or { scriptPath } with a path in the workspace.';
}
